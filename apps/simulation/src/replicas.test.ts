import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { openEventLog } from '@muniment/eventlog-lmdb';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { NewEvent, RecordedEvent, Revision } from '@muniment/kernel';
import {
  type Appended,
  BusUnavailable,
  type EventLog,
  LogUnavailable,
  ReadModelsUnavailable,
  type ReadStream,
  type Reply,
} from '@muniment/runtime';
import { home, Platform } from './platform.testing.js';
import { Replica, replicasOf } from './replicas.testing.js';

/** A log as far away as a server: appends and reads take a moment; it counts what the writers ask of it. */
class DistantLog extends MemoryEventLog {
  reads = 0;
  /** Events of refused appends: each is one more try of its command. */
  retries = 0;
  loseAnswers = 0;
  away = false;

  override async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    if (this.away) throw new LogUnavailable('away');
    await setTimeout(1);
    const appended = await super.append(stream, expected, events).catch((error) => {
      this.retries += events.length;
      throw error;
    });
    await setTimeout(1);
    if (this.loseAnswers > 0) {
      this.loseAnswers--;
      throw new LogUnavailable('no answer');
    }
    return appended;
  }

  override async *readStream(stream: string, options?: ReadStream): AsyncGenerator<readonly RecordedEvent[]> {
    this.reads++;
    if (this.away) throw new LogUnavailable('away');
    await setTimeout(1);
    yield* super.readStream(stream, options);
  }
}

const codeOf = (reply: Reply): string => (reply.ok ? 'ok' : reply.fault.code);
const countOf = (replies: readonly Reply[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const reply of replies) counts[codeOf(reply)] = (counts[codeOf(reply)] ?? 0) + 1;
  return counts;
};
const positionOf = (reply: Reply): number => {
  if (!reply.ok || reply.position === undefined) throw new Error(`not written: ${JSON.stringify(reply)}`);
  return reply.position;
};

const four = async (log: EventLog = new DistantLog()) => {
  const { platform } = await Platform.open(log);
  return { platform, replicas: replicasOf(platform, 4) };
};

const distant = async () => {
  const log = new DistantLog();
  return { log, ...(await four(log)) };
};

const pick = (replicas: readonly Replica[], index: number) => replicas[index % replicas.length] as Replica;

const atOnce = (count: number, ask: (index: number) => Promise<Reply>): Promise<Reply[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)));

describe('of 64 at once over four replicas (R18)', () => {
  test('who create one name in mixed case exactly one succeeds, every time', async () => {
    const { replicas } = await four(new MemoryEventLog());
    for (let round = 0; round < 50; round++) {
      const replies = await atOnce(64, (index) =>
        pick(replicas, index).ask('CreateUser', home, { UserName: index % 3 ? `Same${round}` : `sAME${round}` }),
      );
      expect(countOf(replies)).toEqual({ ok: 1, EntityAlreadyExists: 63 });
    }
  });

  test('who make access keys of a user two succeed', async () => {
    const { replicas } = await distant();
    for (let round = 0; round < 10; round++) {
      const UserName = `user${round}`;
      const position = positionOf(await pick(replicas, round).ask('CreateUser', home, { UserName }));
      const replies = await atOnce(64, (index) =>
        pick(replicas, index).ask('CreateAccessKey', home, { UserName }, { position }),
      );
      expect(countOf(replies)).toEqual({ ok: 2, LimitExceeded: 62 });
    }
  });

  test('who put a user into groups ten succeed', async () => {
    const { platform, replicas } = await distant();
    await atOnce(64, (index) => pick(replicas, index).ask('CreateGroup', home, { GroupName: `g${index}` }));
    await pick(replicas, 0).ask('CreateUser', home, { UserName: 'ann' });
    const position = await platform.log.head();
    const replies = await atOnce(64, (index) =>
      pick(replicas, index).ask('AddUserToGroup', home, { UserName: 'ann', GroupName: `g${index}` }, { position }),
    );
    expect(countOf(replies)).toEqual({ ok: 10, LimitExceeded: 54 });
  });
});

describe('64 writers on one aggregate over four replicas (R17)', () => {
  const load = async (log: EventLog, milliseconds: number) => {
    const { replicas } = await four(log);
    const users = await atOnce(64, (index) => pick(replicas, index).ask('CreateUser', home, { UserName: `u${index}` }));
    const outcomes: { code: string; took: number }[] = [];
    let seen = Math.max(...users.map(positionOf));
    const until = performance.now() + milliseconds;
    const lane = async (index: number) => {
      for (let turn = 0; performance.now() < until; turn++) {
        const tags = [{ Key: 'turn', Value: `${turn}` }];
        const asked = performance.now();
        const input = { UserName: `u${index}`, Tags: tags };
        const reply = await pick(replicas, index).ask('TagUser', home, input, { position: seen });
        outcomes.push({ code: codeOf(reply), took: performance.now() - asked });
        if (reply.ok) seen = Math.max(seen, positionOf(reply));
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, index) => lane(index)));
    return outcomes;
  };

  /** What load has come to, to be compared with what is promised. */
  const summary = (outcomes: readonly { code: string; took: number }[], milliseconds: number) => {
    const succeeded = outcomes.filter(({ code }) => code === 'ok').length;
    return {
      succeeded,
      others: outcomes.filter(({ code }) => code !== 'ok' && code !== 'ServiceUnavailable'),
      // 2 s of tries, and what a slow machine needs to say so.
      inTime: Math.max(...outcomes.map(({ took }) => took)) < 3000,
      fast: (succeeded / milliseconds) * 1000 > 100,
    };
  };
  const promised = { others: [], inTime: true, fast: true };

  test('ends within 2 s each, with few retries, at more than 100 a second', async () => {
    const log = new DistantLog();
    const come = summary(await load(log, 1000), 1000);
    expect(come).toMatchObject(promised);
    expect(log.retries / come.succeeded).toBeLessThan(3);
  });

  test('also over LMDB', async () => {
    const path = await mkdtemp(join(tmpdir(), 'replicas-'));
    const log = await openEventLog({ path });
    try {
      expect(summary(await load(log, 1000), 1000)).toMatchObject(promised);
    } finally {
      await log.close();
      await rm(path, { recursive: true });
    }
  });
});

describe('what a caller has seen (R30)', () => {
  test('is known to every replica before a command is authorized or refused', async () => {
    const { replicas } = await distant();
    const [one, other] = [pick(replicas, 0), pick(replicas, 1)];
    await other.ask('CreateUser', home, { UserName: 'bob' });
    for (let round = 0; round < 5; round++) {
      const position = positionOf(await one.ask('CreateUser', home, { UserName: 'ann' }));
      const deleted = await other.ask('DeleteUser', home, { UserName: 'ann' }, { position });
      expect(codeOf(deleted)).toBe('ok');
    }
  });

  test('costs one read for all who wait, and no refused append', async () => {
    const { log, replicas } = await distant();
    const [one, other] = [pick(replicas, 0), pick(replicas, 1)];
    await other.ask('CreateUser', home, { UserName: 'bob' });
    const position = positionOf(await one.ask('CreateUser', home, { UserName: 'ann' }));
    const before = { retries: log.retries, reads: log.reads };
    await atOnce(32, (index) => other.ask('CreateUser', home, { UserName: `u${index}` }, { position }));
    expect(log.reads - before.reads).toBe(1);
    expect(log.retries - before.retries).toBe(0);
  });

  test('nobody is refused for what is not so any more, position or not', async () => {
    const { replicas } = await distant();
    const [one, other] = [pick(replicas, 0), pick(replicas, 1)];
    await other.ask('CreateUser', home, { UserName: 'ann' });
    await one.ask('DeleteUser', home, { UserName: 'ann' });
    expect(codeOf(await other.ask('CreateUser', home, { UserName: 'ann' }))).toBe('ok');
    expect(codeOf(await one.ask('CreateUser', home, { UserName: 'ann' }))).toBe('EntityAlreadyExists');
  });

  test('nothing that went by an older state is decided on', async () => {
    const { platform, replicas } = await distant();
    const [one, other] = [pick(replicas, 0), pick(replicas, 1)];
    await other.ask('CreateUser', home, { UserName: 'bob' });
    const position = positionOf(await one.ask('CreateUser', home, { UserName: 'ann' }));
    const key = await one.ask('CreateAccessKey', home, { UserName: 'ann' }, { position });
    await platform.reached(positionOf(key));
    // Its caller has seen nothing, so this replica does not know the user when it looks for keys.
    expect(codeOf(await other.ask('DeleteUser', home, { UserName: 'ann' }))).toBe('DeleteConflict');
  });

  test('a writer that is alone does not read', async () => {
    const log = new DistantLog();
    const { platform } = await Platform.open(log);
    const alone = new Replica(platform, { writers: { shared: false } });
    await alone.ask('CreateUser', home, { UserName: 'ann' });
    const { reads } = log;
    for (let round = 0; round < 5; round++) {
      await alone.ask('CreateUser', home, { UserName: 'ann' }, { position: await log.head() });
      await alone.ask('TagUser', home, { UserName: 'ann', Tags: [{ Key: 'round', Value: `${round}` }] });
    }
    expect(log.reads).toBe(reads);
  });
});

describe('an append whose outcome is unknown (R16)', () => {
  test('is answered, not done again, when the command comes again, here or elsewhere', async () => {
    const { log, replicas } = await distant();
    for (const again of [0, 1]) {
      const commandId = `lost-${again}`;
      const input = { GroupName: `lost${again}` };
      log.loseAnswers = 1;
      expect(codeOf(await pick(replicas, 0).ask('CreateGroup', home, input, { commandId }))).toBe('ServiceUnavailable');
      expect(codeOf(await pick(replicas, again).ask('CreateGroup', home, input, { commandId }))).toBe('ok');
      expect(codeOf(await pick(replicas, 2).ask('CreateGroup', home, input))).toBe('EntityAlreadyExists');
    }
  });

  test('is not built upon before the log was read again', async () => {
    const { log, replicas } = await distant();
    const one = pick(replicas, 0);
    log.loseAnswers = 1;
    await one.ask('CreateUser', home, { UserName: 'ann' });
    log.away = true;
    expect(codeOf(await one.ask('CreateUser', home, { UserName: 'ann' }))).toBe('ServiceUnavailable');
    log.away = false;
    expect(codeOf(await one.ask('CreateUser', home, { UserName: 'ann' }))).toBe('EntityAlreadyExists');
  });

  test('nor where a writer is alone', async () => {
    const log = new DistantLog();
    const alone = new Replica((await Platform.open(log)).platform, { writers: { shared: false } });
    await alone.ask('CreateUser', home, { UserName: 'ann' });
    log.loseAnswers = 1;
    expect(codeOf(await alone.ask('DeleteUser', home, { UserName: 'ann' }))).toBe('ServiceUnavailable');
    expect(codeOf(await alone.ask('CreateUser', home, { UserName: 'ann' }))).toBe('ok');
  });

  test('a command that comes twice at once is done once', async () => {
    const { log, replicas } = await distant();
    const before = await log.head();
    const replies = await atOnce(8, (index) =>
      pick(replicas, index).ask('CreateGroup', home, { GroupName: 'once' }, { commandId: 'once' }),
    );
    expect(countOf(replies)).toEqual({ ok: 8 });
    expect(await log.head()).toBe(before + 1);
  });

  test('a repeated command whose work was undone since is told so', async () => {
    const { replicas } = await distant();
    const [one, other] = [pick(replicas, 0), pick(replicas, 1)];
    await one.ask('CreateUser', home, { UserName: 'ann' }, { commandId: 'c1' });
    const position = positionOf(await other.ask('DeleteUser', home, { UserName: 'ann' }));
    const again = await one.ask('CreateUser', home, { UserName: 'ann' }, { commandId: 'c1', position });
    expect(again).toMatchObject({ ok: false, fault: { code: 'ConcurrentModification', status: 409 } });
    expect(one.unexpected).toEqual([]);
  });
});

test.each([
  ['the bus', new BusUnavailable('muniment.decisions.Authorize', 'no service listens')],
  ['the read models', new ReadModelsUnavailable('connection is closed')],
])('while %s is away calls are answered retryably', async (_, error) => {
  const { platform } = await Platform.open();
  const authorize = () => Promise.reject(error);
  const replica = new Replica(platform, { authorizer: { authorize } });
  expect(await replica.ask('CreateUser', home, { UserName: 'ann' })).toMatchObject({
    ok: false,
    fault: {
      code: 'ServiceUnavailable',
      message: 'The request has failed due to a temporary failure of the server.',
      status: 503,
    },
  });
  expect(replica.unexpected).toEqual([error]);
});
