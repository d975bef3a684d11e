import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InProcessBus } from '@muniment/bus-inprocess';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import {
  BusUnavailable,
  CallsChain,
  type CallsChunk,
  type CallSpool,
  callsStream,
  chainHash,
  deliverOver,
  randomIds,
  recordsPrefix,
  recordsResponder,
  type Spooled,
  SpooledRecorder,
  SpoolFull,
  systemClock,
} from '@muniment/runtime';
import { MemorySpool, openSpool } from '@muniment/spool';
import { eventually } from '@muniment/testing';

const account = '111122223333';
const quick = { gatherMilliseconds: 2, retryMilliseconds: 2 };

class WatchedSpool extends MemorySpool {
  readonly appends: number[] = [];
  syncs = 0;
  full = false;

  override append(records: readonly string[], at: Date): void {
    if (this.full) throw new SpoolFull('for this test');
    this.appends.push(records.length);
    super.append(records, at);
  }

  override async sync(): Promise<void> {
    this.syncs++;
    await super.sync();
  }
}

let failures: unknown[] = [];
let recorders: SpooledRecorder<number, unknown>[] = [];
beforeEach(() => {
  failures = [];
  recorders = [];
});
afterEach(async () => {
  await Promise.all(recorders.map((recorder) => recorder.stop()));
});

function recorderOn(spool: CallSpool, deliver: (batch: Spooled) => Promise<void>): SpooledRecorder<number, unknown> {
  const recorder = new SpooledRecorder<number, unknown>({
    spool,
    ids: randomIds,
    shape: (number) => {
      if (Number.isNaN(number)) throw new TypeError('no record');
      return [{ account, record: number }];
    },
    now: () => systemClock.now(),
    deliver,
    failed: (error) => failures.push(error),
    ...quick,
  });
  recorders.push(recorder);
  return recorder;
}

/** Takes batches, and gives back the records in them. */
function receiver() {
  const received: unknown[] = [];
  const deliver = async ({ records }: Spooled) => {
    for (const record of records) received.push((JSON.parse(record) as { record: unknown }).record);
  };
  return { received, deliver };
}

const nowhere = async () => {
  throw new BusUnavailable('muniment.records.Deliver', 'no service listens');
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('a call is answered', () => {
  test('when its record is in the spool, together with those of the same moment', async () => {
    const spool = new WatchedSpool();
    const recorder = recorderOn(spool, nowhere);
    const answers = upTo(50).map(async (n) => recorder.record(n, false));
    expect(spool.state.records).toBe(0);
    await Promise.all(answers);
    expect(spool.appends).toEqual([50]);
    expect(spool.syncs).toBe(0);
  });

  test('when its record would outlive the machine, if it has changed something; others do not wait for that', async () => {
    let synced: () => void = () => undefined;
    class SlowDisk extends WatchedSpool {
      override sync = () => new Promise<void>((resolve) => (synced = resolve));
    }
    const recorder = recorderOn(new SlowDisk(), nowhere);
    let changed = false;
    const change = recorder.record(1, true)?.then(() => (changed = true));
    await recorder.record(2, false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(changed).toBe(false);
    synced();
    await change;
    expect(changed).toBe(true);
  });

  test('even if no record can be made of it, which costs no other call its record', async () => {
    const spool = new MemorySpool();
    const recorder = recorderOn(spool, nowhere);
    await Promise.all([1, Number.NaN, 2].map(async (n) => recorder.record(n, true)));
    expect(spool.state.records).toBe(2);
    expect(failures).toEqual([new TypeError('no record')]);
  });
});

describe('no room', () => {
  test('nothing is answered, what was changed is recorded all the same, and new calls are refused (R5)', async () => {
    const spool = new WatchedSpool();
    const { received, deliver } = receiver();
    const recorder = recorderOn(spool, deliver);
    recorder.start();
    spool.full = true;
    const answers = await Promise.allSettled([recorder.record(1, false), recorder.record(2, true)]);
    for (const answer of answers) expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(SpoolFull) });
    expect(recorder.refusal).toBeInstanceOf(SpoolFull);
    expect(failures).toHaveLength(1);
    spool.full = false;
    await eventually(() => expect(received).toEqual([2]));
    expect(recorder.refusal).toBeUndefined();
    await recorder.record(3, false);
    await eventually(() => expect(received).toEqual([2, 3]));
  });

  test('before there is none, only what was changed is still recorded: new calls and reads are refused', async () => {
    const spool = new MemorySpool(2_000_000);
    const recorder = recorderOn(spool, nowhere);
    expect(recorder.refusal).toBeUndefined();
    spool.append(['x'.repeat(1_200_000)], new Date());
    expect(recorder.refusal).toBeInstanceOf(SpoolFull);
    await expect(recorder.record(1, false)).rejects.toBe(recorder.refusal);
    await recorder.record(2, true);
    expect(spool.state.records).toBe(2);
  });
});

describe('delivery', () => {
  test('goes on through an outage until everything is there, in order and once; what waits is seen meanwhile', async () => {
    const spool = new MemorySpool();
    const { received, deliver } = receiver();
    let away = true;
    const recorder = recorderOn(spool, (batch) => (away ? nowhere() : deliver(batch)));
    recorder.start();
    const begun = Date.now();
    for (let n = 0; n < 2000; n++) await recorder.record(n, n % 100 === 0);
    await eventually(() => expect(failures.length).toBeGreaterThan(3));
    expect(recorder.state).toMatchObject({ records: 2000, failure: expect.any(BusUnavailable) });
    expect(recorder.state.oldest?.getTime()).toBeGreaterThanOrEqual(begun);
    expect(received).toEqual([]);
    away = false;
    await eventually(() => expect(received).toHaveLength(2000));
    expect(received).toEqual(upTo(2000));
    await eventually(() => expect(recorder.state).toMatchObject({ records: 0, oldest: undefined, failure: undefined }));
  });

  test('at the end delivers what it can in the time that it has', async () => {
    const spool = new MemorySpool();
    const { received, deliver } = receiver();
    let away = true;
    const recorder = recorderOn(spool, (batch) => (away ? nowhere() : deliver(batch)));
    for (let n = 0; n < 1200; n++) void recorder.record(n, false);
    expect(await recorder.flush(50)).toBe(false);
    away = false;
    expect(await recorder.flush(5000)).toBe(true);
    expect(received).toEqual(upTo(1200));
    expect(await recorder.flush(50)).toBe(true);
  });
});

/** The records of today and the days around, in order; proves the chains on the way. */
async function chained(log: MemoryEventLog): Promise<unknown[]> {
  const records: unknown[] = [];
  for (const day of [-1, 0, 1]) {
    let previous = '';
    const stream = callsStream(account, new Date(Date.now() + day * 86_400_000));
    for await (const events of log.readStream(stream)) {
      for (const { data } of events) {
        const chunk = data as CallsChunk;
        expect(chunk.previous).toBe(previous);
        expect(chunk.hash).toBe(chainHash(previous, chunk.records));
        previous = chunk.hash;
        records.push(...chunk.records);
      }
    }
  }
  return records;
}

test('gateways that end in the middle, lost answers, two replicas of audit: every record is in the chain once (R11, R28)', async () => {
  const log = new MemoryEventLog();
  const bus = new InProcessBus();
  for (let replica = 0; replica < 2; replica++) {
    await bus.respond(recordsPrefix, recordsResponder(new CallsChain(log, randomIds)));
  }
  let requests = 0;
  const unreliable: Pick<InProcessBus, 'request'> = {
    // Of three requests one is lost, and of one the answer.
    async request<Question, Answer>(subject: string, question: Question): Promise<Answer> {
      const fate = requests++ % 3;
      if (fate === 0) return nowhere();
      const answer = await bus.request<Question, Answer>(subject, question);
      return fate === 1 ? nowhere() : answer;
    },
  };
  const directories = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'spool-')));
  let next = 0;
  for (let life = 0; life < 8; life++) {
    await Promise.all(
      directories.map(async (directory) => {
        const spool = await openSpool({ directory, segmentBytes: 5000, failed: (error) => failures.push(error) });
        const recorder = recorderOn(spool, deliverOver(unreliable));
        recorder.start();
        for (let n = 0; n < 100; n++) await recorder.record(next++, n % 10 === 0);
        // Without a word: nothing is flushed or closed, as after kill -9.
        await recorder.stop();
      }),
    );
  }
  const left = await Promise.all(directories.map((directory) => openSpool({ directory })));
  await Promise.all(left.map((spool) => recorderOn(spool, deliverOver(unreliable)).flush(20_000)));
  const records = (await chained(log)) as number[];
  expect(records.toSorted((one, other) => one - other)).toEqual(upTo(next));
  expect(failures.every((error) => error instanceof BusUnavailable)).toBe(true);
  for (const directory of directories) rmSync(directory, { recursive: true });
}, 60_000);
