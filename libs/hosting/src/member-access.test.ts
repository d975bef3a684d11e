import { expect, test } from '@jest/globals';
import type { DirectoryEvent } from '@muniment/directory/contract';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { RecordedEvent } from '@muniment/kernel';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { randomIds } from '@muniment/runtime';
import { MemberAccess } from './member-access.js';

const accountId = '444455556666';
const joined = (created?: object): RecordedEvent => ({
  type: 'AccountJoinedOrganization',
  version: 1,
  data: { accountId, organizationId: 'o-1', parentId: 'r-1', name: 'dev', method: 'CREATED', tags: [], ...created },
  meta: { eventId: 'e1', commandId: 'c1', requestId: 'q1', at: '2026-11-20T10:00:00.000Z', actor: 'boss' },
  stream: 'platform-all',
  revision: 7,
  position: 42,
});
const created = { created: { requestId: 'car-1', roleName: 'Boss', managementAccount: '111122223333' } };

async function directoryOf(log: MemoryEventLog): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const events of log.readStream(`directory-${accountId}`)) all.push(...events);
  return all;
}

const ids = { ...randomIds, unique: () => 'AROA00000000000000001' };

const accessTo = (log: MemoryEventLog) =>
  new MemberAccess({ log, readModels: new MemoryReadModels(), ids, partition: 'aws' });

test('an account that an organization has made gets the role of its management account, once', async () => {
  const log = new MemoryEventLog();
  await Promise.all([accessTo(log).seen([joined(created)]), accessTo(log).seen([joined(created)])]);
  await accessTo(log).seen([joined(created)]);
  const events = await directoryOf(log);
  expect(events.map(({ type, data }) => ({ type, data }) as DirectoryEvent)).toEqual([
    {
      type: 'RoleCreated',
      data: {
        roleId: 'AROA00000000000000001',
        roleName: 'Boss',
        path: '/',
        trust:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}',
        maxSessionSeconds: 3600,
        tags: [],
      },
    },
    {
      type: 'RolePolicyAttached',
      data: { id: 'AROA00000000000000001', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    },
  ]);
  expect(events[0]?.meta).toMatchObject({ actor: 'muniment', causedBy: 42 });
});

test('an account that was invited has its own people', async () => {
  const log = new MemoryEventLog();
  await accessTo(log).seen([joined(), { ...joined(created), type: 'AccountMoved' }]);
  expect(await directoryOf(log)).toEqual([]);
});
