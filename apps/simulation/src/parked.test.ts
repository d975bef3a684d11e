import { afterEach, describe, expect, test } from '@jest/globals';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { NewEvent } from '@muniment/kernel';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import {
  type ParkedStream,
  type Projection,
  Projector,
  type ProjectorOptions,
  parkedBy,
  type ReadModels,
  ReadModelsUnavailable,
  RowsOf,
  statusOf,
} from '@muniment/runtime';
import { id, projection, rowsOf, taken } from './histories.testing.js';
import { entries } from './ledger.js';

const [sick, well] = ['111111111111', '222222222222'] as const;
const newer = (name: string): NewEvent => ({ ...taken(name), version: 2 });

/** A version of the fold that can read what the other cannot. */
const upgraded: Projection = { ...projection, upcasters: { NameTaken: [(data) => data] } };

const started: Projector[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

async function following(
  log: MemoryEventLog,
  readModels: ReadModels,
  options: ProjectorOptions = {},
  by = projection,
): Promise<Projector> {
  const projector = new Projector(by, log, readModels, { firstPause: 5, ...options });
  started.push(projector);
  await projector.start();
  return projector;
}

const namesOf = async (readModels: ReadModels, account: string) =>
  (await rowsOf(readModels, account)).map(({ name }) => name);

async function poisoned() {
  const log = new MemoryEventLog();
  const readModels = new MemoryReadModels();
  await log.append(`ledger-${sick}`, -1, [taken('a'), newer('b'), taken('c')]);
  await log.append(`ledger-${well}`, -1, [taken('x')]);
  return { log, readModels };
}

describe('an event that cannot be folded (R20)', () => {
  test('parks its account, by name and position; the others go on', async () => {
    const { log, readModels } = await poisoned();
    const parked: ParkedStream[] = [];
    let lost = 0;
    const projector = await following(log, readModels, { parked: (each) => parked.push(each), lost: () => lost++ });
    await log.append(`ledger-${sick}`, 2, [taken('d')]);
    await log.append(`ledger-${well}`, 0, [taken('y')]);
    expect(await projector.reached(6, 1000)).toBe(true);
    expect(await namesOf(readModels, sick)).toEqual(['a']);
    expect(await namesOf(readModels, well)).toEqual(['x', 'y']);
    expect(parked.map(parkedBy)).toEqual([
      expect.stringContaining(
        `account \`${sick}\` stands still before event \`NameTaken\` version 2 at position 2: UnknownEvent: cannot read`,
      ),
    ]);
    expect(statusOf(projector, 6)).toEqual({
      projection: 'ledger',
      role: 'local',
      ready: true,
      position: 6,
      lag: 0,
      parked: 1,
    });
    // What was made of the account's rows before must not be answered any more.
    expect(lost).toBe(1);
  });

  test('is tried five times, with rows read anew in between', async () => {
    const log = new MemoryEventLog();
    const readModels = new MemoryReadModels();
    let attempts = 0;
    const changing: Projection = {
      ...projection,
      evolve: {
        ...projection.evolve,
        NameChanged(state) {
          (state as { entries: { remove(id: string): void } }).entries.remove('a');
          attempts++;
          throw new Error('no such thing');
        },
      },
    };
    const projector = await following(log, readModels, {}, changing);
    await log.append(`ledger-${sick}`, -1, [taken('a')]);
    const { position } = await log.append(`ledger-${sick}`, 0, [
      { ...taken('b') },
      { ...taken('a'), type: 'NameChanged' },
    ]);
    expect(await projector.reached(position, 1000)).toBe(true);
    expect(attempts).toBe(5);
    expect(await namesOf(readModels, sick)).toEqual(['a', 'b']);
    expect(projector.parked.get(sick)?.reason).toBe('Error: no such thing');
  });

  test('is remembered over a restart, with all that came after it', async () => {
    const { log, readModels } = await poisoned();
    await (await following(log, readModels)).stop();
    const again: string[] = [];
    const projector = await following(log, readModels, { parked: ({ account }) => again.push(account) });
    await log.append(`ledger-${sick}`, 2, [taken('d')]);
    await projector.reached(5, 1000);
    expect([...projector.parked.keys()]).toEqual([sick]);
    expect(again).toEqual([sick]);
    expect(await namesOf(readModels, sick)).toEqual(['a']);
  });

  test('is read by a version that can: the account goes on where it stopped, though nothing new has happened', async () => {
    const { log, readModels } = await poisoned();
    await (await following(log, readModels)).stop();
    const told: unknown[] = [];
    const projector = await following(log, readModels, { changed: (changes) => told.push(...changes) }, upgraded);
    expect(projector.parked.size).toBe(0);
    expect(await namesOf(readModels, sick)).toEqual(['a', 'b', 'c']);
    expect(told).toHaveLength(2);
    expect(readModels.checkpoint(id)).toBe(4);
    await projector.stop();
    expect((await following(log, readModels)).parked.size).toBe(0);
  });

  test('events that came while nobody followed are folded once, not with the parked ones and again', async () => {
    const { log, readModels } = await poisoned();
    await (await following(log, readModels)).stop();
    await log.append(`ledger-${sick}`, 2, [{ ...taken('a'), type: 'NameChanged', data: { id: 'a', name: 'aa' } }]);
    await following(log, readModels, {}, upgraded);
    expect((await rowsOf(readModels, sick)).map(({ name, changes }) => [name, changes])).toEqual([
      ['aa', 1],
      ['b', 0],
      ['c', 0],
    ]);
  });

  test('goes on as far as a version can read', async () => {
    const { log, readModels } = await poisoned();
    await log.append(`ledger-${sick}`, 2, [{ ...taken('d'), version: 3 }, taken('e')]);
    await (await following(log, readModels)).stop();
    const projector = await following(log, readModels, {}, upgraded);
    expect(await namesOf(readModels, sick)).toEqual(['a', 'b', 'c']);
    expect(projector.parked.get(sick)).toMatchObject({ position: 5, version: 3, behind: { [`ledger-${sick}`]: 3 } });
  });

  test('of several streams of an account stops all of them, and each goes on where it stopped', async () => {
    const log = new MemoryEventLog();
    const readModels = new MemoryReadModels();
    const day = (n: number) => `ledger-${sick}-2026-11-0${n}`;
    await log.append(day(1), -1, [taken('a'), newer('b')]);
    const projector = await following(log, readModels);
    await log.append(day(2), -1, [taken('c')]);
    await log.append(day(1), 1, [taken('d')]);
    await log.append(day(2), 0, [taken('e')]);
    expect(await projector.reached(5, 1000)).toBe(true);
    expect(projector.parked.get(sick)?.behind).toEqual({ [day(1)]: 1, [day(2)]: 0 });
    expect(await namesOf(readModels, sick)).toEqual(['a']);
    await projector.stop();
    await following(log, readModels, {}, upgraded);
    expect(await namesOf(readModels, sick)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('rows of an account that is parked', () => {
  test('are refused in every form; those of others, and found anywhere, are not', async () => {
    const { log, readModels } = await poisoned();
    const projector = await following(log, readModels);
    const rows = new RowsOf(readModels, [projection]);
    rows.keptBy([projector]);
    const of = rows.of(entries as never);
    const questions: (() => unknown)[] = [
      () => of.find(entries, sick, 'a'),
      () => of.findById(entries, sick, 'a'),
      () => of.list(entries, sick),
      () => of.filed(entries, sick, 'initial', 'a'),
      () => of.count(entries, sick),
      () => of.anywhere(entries, 'a'),
      () => of.anywhere(entries, 'nobody knows'),
    ];
    for (const ask of questions) await expect(async () => ask()).rejects.toThrow(ReadModelsUnavailable);
    expect(await of.find(entries, well, 'x')).toMatchObject({ name: 'x' });
    expect(await of.count(entries, well)).toBe(1);
  });
});
