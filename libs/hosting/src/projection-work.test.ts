import { beforeEach, expect, test } from '@jest/globals';
import { type CredentialsEvent, credentials, rootKeyEvents } from '@muniment/credentials/contract';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { Aggregate, Change } from '@muniment/kernel';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { type EventLog, LogUnavailable, type Projection, Projector, Writer } from '@muniment/runtime';
import { type Begun, type Keeper, ProjectionWork, type WorkStatus } from './projection-work.js';

const account = '111122223333';
const projection = credentials as unknown as Projection;

let log: MemoryEventLog;
let readModels: MemoryReadModels;
let projector: Projector;

beforeEach(async () => {
  log = new MemoryEventLog();
  readModels = new MemoryReadModels();
  projector = new Projector(projection, log, readModels);
  for (const id of ['AKIAFIRST00000000001', 'AKIASECOND0000000002'])
    await write(id, rootKeyEvents(account, id, 'sealed'));
  await projector.start();
});

const write = (id: string, events: readonly CredentialsEvent[]) => {
  const meta = { eventId: id, commandId: id, requestId: id, at: '2026-11-22T10:00:00.000Z', actor: 'muniment' };
  const writer = new Writer(credentials as Aggregate, account, log, readModels);
  return writer.write(() => ({ events, answer: () => undefined }), meta);
};

const keeper = (): Keeper => ({ place: 'own', readModels, projectors: [projector] });
const begunIn = ([first]: readonly Begun[]) => first as Begun & { id: string };

/** Work, and how each piece of it ends, in order. */
function working(keepers: readonly Keeper[] = [keeper()], over: EventLog = log) {
  const ends: WorkStatus[] = [];
  let told: () => void = () => undefined;
  const work = new ProjectionWork(keepers, over, (status) => {
    ends.push(status);
    told();
  });
  const ended = async (count = 1): Promise<readonly WorkStatus[]> => {
    while (ends.length < count) await new Promise<void>((resolve) => (told = resolve));
    return ends;
  };
  return { work, ended };
}

/** Takes one stored row away, as no event did. */
async function loseRow(): Promise<void> {
  const [model] = Object.values(projection.models);
  if (!model) throw new Error('this projection has no rows');
  const id = { name: projection.name, version: projection.version };
  for await (const [entry] of readModels.rows(id).everything(model)) {
    const change = { model, account: entry?.account, before: entry?.row, after: undefined } as unknown as Change;
    const position = readModels.checkpoint(id) ?? 0;
    await readModels.apply(id, [change], position, position);
    return;
  }
}

test('rows that are what the log says are told to be equal, at a position', async () => {
  const { work, ended } = working();
  const begun = begunIn(work.begin('verify'));
  expect(begun).toEqual({ projection: 'credentials', place: 'own', id: expect.any(String) });
  const [end] = await ended();
  const position = await log.head();
  expect(end).toMatchObject({
    id: begun.id,
    kind: 'verify',
    state: 'done',
    position,
    head: position,
    events: position,
  });
  expect(end?.result).toMatchObject({ equal: true, replaced: false });
  expect(end?.result?.rows).toBeGreaterThan(0);
  expect(work.progress()).toEqual([end]);
});

test('rows that are not are found by verify, and are right again after rebuild', async () => {
  await loseRow();
  const { work, ended } = working();
  const equal = async (count: number) => (await ended(count)).at(-1)?.result?.equal;
  work.begin('verify');
  expect(await equal(1)).toBe(false);
  work.begin('rebuild');
  expect(await equal(2)).toBe(false);
  work.begin('verify');
  expect(await equal(3)).toBe(true);
});

test('a second request for the same rows is told that work is under way', async () => {
  const { work, ended } = working();
  work.begin('verify');
  expect(work.begin('rebuild')).toEqual([{ projection: 'credentials', place: 'own', refused: 'busy' }]);
  await ended();
  work.begin('rebuild');
  await ended(2);
  // Whoever has asked for the first looks for its end only now.
  expect(work.progress().map(({ kind, state }) => [kind, state])).toEqual([
    ['verify', 'done'],
    ['rebuild', 'done'],
  ]);
});

test('only what is asked for is begun', () => {
  const { work } = working();
  expect(work.begin('verify', { projections: ['directory'] })).toEqual([]);
  expect(work.begin('verify', { place: 'shared' })).toEqual([]);
  expect(work.begin('verify', { projections: ['credentials'], place: 'own' })).toHaveLength(1);
});

test('rows that another replica folds are left to it', () => {
  const watching = Object.create(projector, { role: { value: 'watches' } });
  const { work } = working([{ place: 'shared', readModels, projectors: [watching] }]);
  expect(work.begin('verify')).toEqual([{ projection: 'credentials', place: 'shared', refused: 'elsewhere' }]);
});

test('cancelled work ends without a result, and the next run is right', async () => {
  const { work, ended } = working();
  work.cancel([begunIn(work.begin('verify')).id]);
  expect((await ended())[0]).toMatchObject({ state: 'ended' });
  work.begin('verify');
  expect((await ended(2))[1]).toMatchObject({ state: 'done', result: { equal: true } });
});

test('what fails says why, and does not stop what comes after it', async () => {
  let away = true;
  const broken = {
    readAll: (...asked: Parameters<EventLog['readAll']>) => log.readAll(...asked),
    head: async () => {
      if (away) throw new LogUnavailable('it is being moved');
      return log.head();
    },
  } as EventLog;
  const { work, ended } = working([keeper()], broken);
  work.begin('verify');
  expect((await ended())[0]).toMatchObject({ state: 'failed', error: expect.stringContaining('it is being moved') });
  away = false;
  work.begin('verify');
  expect((await ended(2))[1]).toMatchObject({ state: 'done' });
});

test('after the end nothing is begun', async () => {
  const { work } = working();
  await work.stop();
  expect(work.begin('verify')).toEqual([{ projection: 'credentials', place: 'own', refused: 'elsewhere' }]);
});
