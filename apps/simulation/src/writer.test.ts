import { describe, expect, test } from '@jest/globals';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { Fault, type NewEvent, type Revision } from '@muniment/kernel';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { type Appended, type Folded, LogUnavailable, startOver, type Turn, Writer } from '@muniment/runtime';
import { anyLedger, type Ledger, metadata } from './ledger.js';

const account = '111122223333';

/** A log that counts its appends and can be told to fail; all else is the real one. */
class WatchedLog extends MemoryEventLog {
  appends = 0;
  failing = false;

  override async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    this.appends++;
    if (this.failing) throw new LogUnavailable('disk is full');
    return super.append(stream, expected, events);
  }
}

const take =
  (name: string): Turn =>
  ({ state }: Folded, repeated) => {
    const { entries } = state as Ledger;
    if (repeated) return { events: [], answer: () => entries.keyed(name.toLowerCase())?.id };
    if (entries.keyed(name.toLowerCase())) throw new Fault('EntityAlreadyExists', `${name} is taken`);
    const id = `id-${name}`;
    return { events: [{ type: 'NameTaken', data: { id, name } }], answer: () => entries.byId(id)?.id };
  };

const open = (log = new WatchedLog(), kept = new MemoryReadModels()) => ({
  log,
  kept,
  writer: new Writer(anyLedger, account, log, kept),
});

const names = async (writer: Writer): Promise<string[]> => {
  const { state } = await writer.folded();
  return [...(state as Ledger).entries.values()].map(({ name }) => name);
};

test('commands that wait go out in one append, and each gets its own answer (architecture 4, group commit)', async () => {
  const { log, writer } = open();
  const written = await Promise.all(
    Array.from({ length: 64 }, (_, index) => writer.write(take(`n${index}`), metadata(`c${index}`))),
  );
  expect(written.map((each) => each !== startOver && each.answer)).toEqual(
    Array.from({ length: 64 }, (_, index) => `id-n${index}`),
  );
  expect(log.appends).toBeLessThan(8);
  expect(await names(writer)).toHaveLength(64);
});

test('of many commands for one name exactly one succeeds, whatever its case (R18)', async () => {
  const { writer } = open();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 64 }, (_, index) => writer.write(take(index % 2 ? 'Ann' : 'ANN'), metadata(`c${index}`))),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
  expect(codes).toEqual(Array(63).fill('EntityAlreadyExists'));
});

test('a refused command takes nothing with it: its neighbours in the batch are written', async () => {
  const { writer } = open();
  await writer.write(take('a'), metadata('c0'));
  const [refused, written] = await Promise.allSettled([
    writer.write(take('A'), metadata('c1')),
    writer.write(take('b'), metadata('c2')),
  ]);
  expect([refused.status, written.status]).toEqual(['rejected', 'fulfilled']);
  expect(await names(writer)).toEqual(['a', 'b']);
});

test('a command whose answer fails takes nothing with it: it is not written, its neighbours are', async () => {
  const { log, writer } = open();
  const broken: Turn = () => ({
    events: [{ type: 'NameTaken', data: { id: 'x', name: 'x' } }],
    answer: () => {
      throw new TypeError('a broken reply');
    },
  });
  const first = writer.write(take('a'), metadata('c0'));
  const [refused, written] = await Promise.allSettled([
    writer.write(broken, metadata('c1')),
    writer.write(take('b'), metadata('c2')),
  ]);
  await first;
  expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'a broken reply' } });
  expect(written).toMatchObject({ status: 'fulfilled', value: { answer: 'id-b' } });
  expect(await names(writer)).toEqual(['a', 'b']);
  expect(await names(open(log).writer)).toEqual(['a', 'b']);
});

test('another writer of the stream leads to a fresh decision on the caught-up state (R17)', async () => {
  const log = new WatchedLog();
  const [one, other] = [open(log).writer, open(log).writer];
  await Promise.all([one.folded(), other.folded()]);
  await one.write(take('a'), metadata('c1'));
  await expect(other.write(take('a'), metadata('c2'))).rejects.toMatchObject({ code: 'EntityAlreadyExists' });
  await other.write(take('b'), metadata('c3'));
  expect(await names(other)).toEqual(['a', 'b']);
});

test('64 writers on one stream all end, none of their names lost or doubled (R17)', async () => {
  const log = new WatchedLog();
  const untilWritten = async (index: number): Promise<void> => {
    const { writer } = open(log);
    while ((await writer.write(take(`n${index}`), metadata(`c${index}`))) === startOver);
  };
  await Promise.all(Array.from({ length: 64 }, (_, index) => untilWritten(index)));
  const all = await names(open(log).writer);
  expect(new Set(all).size).toBe(64);
  expect(all).toHaveLength(64);
});

test('what could not be written is not there, in the answer or in the state', async () => {
  const { log, writer } = open();
  await writer.write(take('a'), metadata('c1'));
  log.failing = true;
  await expect(writer.write(take('b'), metadata('c2'))).rejects.toThrow(LogUnavailable);
  log.failing = false;
  expect(await names(writer)).toEqual(['a']);
  expect(await writer.write(take('b'), metadata('c3'))).toMatchObject({ answer: 'id-b' });
});

test('a command that is sent again is answered, not done again (R16)', async () => {
  const { log, writer } = open();
  const first = await writer.write(take('a'), metadata('c1'));
  expect(await writer.write(take('a'), metadata('c1'))).toEqual(first);
  const afterRestart = new Writer(anyLedger, account, log, new MemoryReadModels());
  expect(await afterRestart.write(take('a'), metadata('c1'))).toEqual(first);
});

describe('a snapshot', () => {
  const filled = async () => {
    const parts = open();
    for (let round = 0; round < 11; round++) {
      const turns = Array.from({ length: 100 }, (_, index) => take(`n${round}-${index}`));
      await Promise.all(turns.map((turn, index) => parts.writer.write(turn, metadata(`c${round}-${index}`))));
    }
    return parts;
  };

  test('makes the same state as all events', async () => {
    const { log, kept } = await filled();
    expect(kept.kept('snapshot:ledger-111122223333')).toBeDefined();
    const fromSnapshot = await names(new Writer(anyLedger, account, log, kept));
    const fromEvents = await names(new Writer(anyLedger, account, log, new MemoryReadModels()));
    expect(fromSnapshot).toEqual(fromEvents);
    expect(fromSnapshot).toHaveLength(1100);
  });

  test('of another version of the fold is not used', async () => {
    const { log, kept } = await filled();
    await kept.keep(
      'snapshot:ledger-111122223333',
      JSON.stringify({ version: 0, revision: 5, recent: [], tables: {} }),
    );
    expect(await names(new Writer(anyLedger, account, log, kept))).toHaveLength(1100);
  });

  test('of events that the log does not hold (a backup was restored) is not used', async () => {
    const { kept } = await filled();
    const log = new WatchedLog();
    const { writer } = open(log, kept);
    expect(await names(writer)).toEqual([]);
    await writer.write(take('a'), metadata('c1'));
    expect(await names(open(log, kept).writer)).toEqual(['a']);
  });

  test('that is damaged is not used: the events tell the same', async () => {
    for (const damaged of ['{"version":1,', 'null', '{"version":1,"revision":5}']) {
      const { log, kept } = await filled();
      await kept.keep('snapshot:ledger-111122223333', damaged);
      expect(await names(new Writer(anyLedger, account, log, kept))).toHaveLength(1100);
    }
  });
});
