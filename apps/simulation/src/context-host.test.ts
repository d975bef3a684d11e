import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { NewEvent, Revision } from '@muniment/kernel';
import { type Appended, LogUnavailable } from '@muniment/runtime';
import { eventually, Slowness } from '@muniment/testing';
import { Client } from './client.testing.js';
import { home, Platform } from './platform.testing.js';

const slowness = new Slowness();

/** A log that can be told to fail, or to wait before it writes; all else is the real one. */
class WatchedLog extends MemoryEventLog {
  failing = false;
  appended: string[] = [];
  /** Appends to the directory wait for it. */
  gate: Promise<void> | undefined;

  override async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    if (this.failing) throw new LogUnavailable('disk is full');
    if (stream.startsWith('directory')) await this.gate;
    const done = await super.append(stream, expected, events);
    this.appended.push(stream);
    return done;
  }
}

const onlyTeam = (team: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['iam:TagUser', 'iam:CreateAccessKey'],
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': team } },
      },
    ],
  });

async function staff() {
  const log = new WatchedLog();
  const { platform, root } = await Platform.open(log);
  const admin = new Client(platform, root);
  await admin.iam('CreateUser', { UserName: 'clerk' });
  await admin.iam('PutUserPolicy', { UserName: 'clerk', PolicyName: 'p', PolicyDocument: onlyTeam('red') });
  await admin.iam('CreateUser', { UserName: 'ann', 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'red' });
  const clerk = new Client(platform, Client.keysIn(await admin.iam('CreateAccessKey', { UserName: 'clerk' })));
  return { log, platform, admin, clerk };
}

const note = { UserName: 'ann', 'Tags.member.1.Key': 'note', 'Tags.member.1.Value': 'x' };
const retag = (team: string) => ({ UserName: 'ann', 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': team });

describe('what was checked is what is written (architecture 3)', () => {
  test('tags that change between check and write lead to a new check, which denies', async () => {
    const { platform, admin, clerk } = await staff();
    platform.beforeWrite = async () => void (await admin.iam('TagUser', retag('blue')));
    expect(await clerk.iam('TagUser', note)).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await admin.iam('ListUserTags', { UserName: 'ann' })).text).not.toContain('note');
  });

  test('also when the change is written together with what it forbids', async () => {
    const { log, admin, clerk } = await staff();
    let open = () => undefined as void;
    log.gate = new Promise((resolve) => {
      open = resolve;
    });
    const before = admin.iam('CreateUser', { UserName: 'carol' });
    const retagged = admin.iam('TagUser', retag('blue'));
    const denied = clerk.iam('TagUser', note);
    // All are decided upon by now, and the last two wait for the first's append.
    await setTimeout(50);
    open();
    expect([(await before).status, (await retagged).status]).toEqual([200, 200]);
    expect(await denied).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test('what changes and does not matter costs nothing', async () => {
    const { platform, admin, clerk } = await staff();
    platform.beforeWrite = async () => void (await admin.iam('CreateUser', { UserName: 'carol' }));
    expect((await clerk.iam('TagUser', note)).status).toBe(200);
  });

  test('of two who take one name at once, one is refused', async () => {
    const { platform, admin } = await staff();
    platform.beforeWrite = async () => void (await admin.iam('CreateUser', { UserName: 'DAVE' }));
    const answer = await admin.iam('CreateUser', { UserName: 'dave' });
    expect(answer).toMatchObject({ status: 409, code: 'EntityAlreadyExists' });
  });

  test('a user that is deleted meanwhile gets no tags', async () => {
    const { platform, admin } = await staff();
    platform.beforeWrite = async () => void (await admin.iam('DeleteUser', { UserName: 'ann' }));
    expect(await admin.iam('TagUser', note)).toMatchObject({ status: 404, code: 'NoSuchEntity' });
  });
});

test('64 who create one name in mixed case at once: exactly one succeeds (R18)', async () => {
  const { admin } = await staff();
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, index) => admin.iam('CreateUser', { UserName: index % 2 ? 'Same' : 'sAME' })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ code }) => code === 'EntityAlreadyExists')).toHaveLength(63);
});

test('the fault of one command is its own: those written with it succeed', async () => {
  const { admin } = await staff();
  const [one, two, three] = await Promise.all([
    admin.iam('CreateUser', { UserName: 'u1' }),
    admin.iam('CreateUser', { UserName: 'ann' }),
    admin.iam('CreateUser', { UserName: 'u2' }),
  ]);
  expect([one?.status, two?.status, three?.status]).toEqual([200, 409, 200]);
  expect((await admin.iam('ListUsers')).text).toMatch(/u1.*u2/);
});

describe('your own writes are read (R30)', () => {
  test('also when read models lag', async () => {
    const { platform, admin } = await staff();
    platform.readModels.milliseconds = 20;
    for (let index = 0; index < 5; index++) {
      await admin.iam('CreateUser', { UserName: `u${index}` });
      expect((await admin.iam('GetUser', { UserName: `u${index}` })).status).toBe(200);
      await admin.iam('DeleteUser', { UserName: `u${index}` });
      expect((await admin.iam('GetUser', { UserName: `u${index}` })).code).toBe('NoSuchEntity');
    }
  });

  test('and a policy holds for the next call of whom it is about (R29)', async () => {
    const { platform, admin, clerk } = await staff();
    platform.readModels.milliseconds = 20;
    expect((await clerk.iam('TagUser', note)).status).toBe(200);
    await admin.iam('DeleteUserPolicy', { UserName: 'clerk', PolicyName: 'p' });
    expect((await clerk.iam('TagUser', note)).code).toBe('AccessDenied');
  });

  test('a position beyond the log ends in a retryable answer within the bound', async () => {
    const { admin } = await staff();
    const started = performance.now();
    const answer = await admin.iam('ListUsers', {}, { headers: { 'X-Muniment-Position': '999999' } });
    expect(answer).toMatchObject({ status: 503, code: 'ServiceUnavailable' });
    expect(performance.now() - started).toBeGreaterThan(1900);
    expect(performance.now() - started).toBeLessThan(slowness.bound(3000));
  });

  test('a position that was answered can be demanded; one that is no number is not looked at', async () => {
    const { admin } = await staff();
    const created = await admin.iam('CreateUser', { UserName: 'eve' });
    const position = created.headers['x-muniment-position'] as string;
    expect((await admin.iam('ListUsers', {}, { headers: { 'X-Muniment-Position': position } })).status).toBe(200);
    expect((await admin.iam('ListUsers', {}, { headers: { 'X-Muniment-Position': '1e9' } })).status).toBe(200);
  });
});

describe('while the log takes no writes', () => {
  test('writes are refused at once and retryably, reads and sessions go on, later all is well', async () => {
    const { log, platform, admin } = await staff();
    log.failing = true;
    const refused = await admin.iam('CreateUser', { UserName: 'late' });
    expect(refused).toMatchObject({ status: 503, code: 'ServiceUnavailable' });
    expect(refused.text).not.toContain('disk');
    expect((await admin.iam('ListUsers')).text).not.toContain('late');
    expect((await admin.sts('GetSessionToken')).status).toBe(200);
    expect(platform.unexpected.every((error) => error instanceof LogUnavailable)).toBe(true);
    log.failing = false;
    expect((await admin.iam('CreateUser', { UserName: 'late' })).status).toBe(200);
    await eventually(async () => {
      const names = (await platform.records(home)).map(({ trail }) => [trail.eventName, trail['errorCode']]);
      expect(names).toContainEqual(['CreateUser', 'ServiceUnavailable']);
      expect(names).toContainEqual(['GetSessionToken', undefined]);
    });
  });

  test('nothing is answered before it is in the log', async () => {
    const { log, admin } = await staff();
    const before = log.appended.length;
    await admin.iam('CreateUser', { UserName: 'eve' });
    expect(log.appended.slice(before)).toEqual([`directory-${home}`, `calls-${home}-2026-11-20`]);
  });
});

test('an unexpected error is told to nobody but the operator', async () => {
  const { platform, admin } = await staff();
  platform.beforeWrite = async () => {
    throw new Error('a secret of the house');
  };
  const answer = await admin.iam('CreateUser', { UserName: 'eve' });
  expect(answer).toMatchObject({ status: 500, code: 'InternalFailure' });
  expect(answer.text).not.toContain('secret');
  expect(platform.unexpected).toEqual([new Error('a secret of the house')]);
  expect((await admin.iam('GetUser', { UserName: 'eve' })).code).toBe('NoSuchEntity');
});

test('when policies cannot be read nothing is allowed (S30)', async () => {
  const { platform, clerk, admin } = await staff();
  await admin.iam('UntagUser', { UserName: 'clerk', 'TagKeys.member.1': 'x' });
  const rows = platform.readModels.rows.bind(platform.readModels);
  const broken = rows({ name: 'directory', version: 1 });
  const proto = Object.getPrototypeOf(broken) as { findById: unknown };
  const { findById } = proto;
  proto.findById = () => {
    throw new Error('rows cannot be read');
  };
  try {
    expect((await clerk.iam('TagUser', note)).status).toBe(500);
  } finally {
    proto.findById = findById;
  }
  expect((await clerk.iam('TagUser', note)).status).toBe(200);
});
