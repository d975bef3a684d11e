import { expect, test } from '@jest/globals';
import { iam } from '@muniment/aws-model';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { type Asks, query } from '@muniment/kernel';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { ContextHost, EnvelopeSealer, type Request, RowsOf, randomIds } from '@muniment/runtime';

const account = '111122223333';
const request: Request = {
  operation: 'ListUsers',
  input: {},
  caller: {
    account,
    principal: { type: 'Root', account, arn: `arn:aws:iam::${account}:root` },
    accessKeyId: 'AKIAROOT',
    sourceIp: '127.0.0.1',
    userAgent: 'test',
    secureTransport: false,
    region: 'us-east-1',
  },
  requestId: 'r',
  commandId: 'r',
  at: '2026-11-20T10:00:00Z',
  position: 0,
};

/** A host of one operation that asks this, under an authorizer that would allow all. */
function hostAsking(asks: Asks) {
  const log = new MemoryEventLog();
  const readModels = new MemoryReadModels();
  const unexpected: unknown[] = [];
  const ListUsers = query(iam.ListUsers, {
    gather: async () => 'the users',
    authorize: () => asks,
    reply: () => ({ Users: [], IsTruncated: false }),
  });
  const host = new ContextHost(
    { name: 'toy', operations: [ListUsers], aggregates: [] },
    {
      log,
      readModels,
      rows: new RowsOf(readModels, []),
      projectors: [],
      authorizer: { authorize: () => ({ allowed: true }) },
      sealer: new EnvelopeSealer(Buffer.alloc(32, 1), log.keys),
      ids: randomIds,
      unexpected: (error) => unexpected.push(error),
    },
  );
  return { host, unexpected };
}

test.each([
  ['nothing', []],
  ['only what does not apply', [false, undefined] as const],
])('an operation that asks %s is open to nobody: no question is no permission (S30)', async (_, asks) => {
  const { host, unexpected } = hostAsking(asks);
  expect(await host.handle(request)).toMatchObject({ ok: false, fault: { code: 'InternalFailure' } });
  expect(String(unexpected[0])).toContain('operation `ListUsers` asks for no permission');
});

test('one that asks is answered', async () => {
  expect(await hostAsking({ resource: '*' }).host.handle(request)).toMatchObject({ ok: true });
});
