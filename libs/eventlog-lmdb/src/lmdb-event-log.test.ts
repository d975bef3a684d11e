import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_STREAM } from '@muniment/kernel';
import { WrongExpectedRevision } from '@muniment/runtime';
import { eventLogContract, eventually, everything, happened, streamed } from '@muniment/testing';
import { open } from 'lmdb';
import { openEventLog } from './lmdb-event-log.js';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'eventlog-'));
});
afterEach(() => rm(path, { recursive: true }));

eventLogContract('LMDB', async () => {
  const log = await openEventLog({ path, recentEvents: 16 });
  return { log, close: () => log.close() };
});

describe('event log in LMDB', () => {
  test('everything is there after opening again, and goes on where it was', async () => {
    const before = await openEventLog({ path });
    await before.append('directory-1', NO_STREAM, [happened(1), happened(2)]);
    await before.append('credentials-1', NO_STREAM, [happened(3)]);
    const events = await everything(before, ['directory', 'credentials']);
    await before.close();

    const log = await openEventLog({ path });
    expect(await log.head()).toBe(3);
    expect(await everything(log, ['directory', 'credentials'])).toEqual(events);
    expect(await streamed(log, 'directory-1')).toEqual(events.slice(0, 2));
    await expect(log.append('directory-1', 0, [happened(4)])).rejects.toBeInstanceOf(WrongExpectedRevision);
    expect(await log.append('directory-1', 1, [happened(4)])).toEqual({ revision: 2, position: 4 });
    await log.close();
  });

  test('what was just appended and what is read from disk are the same', async () => {
    const log = await openEventLog({ path, recentEvents: 4 });
    const events = Array.from({ length: 40 }, (_, n) => happened(n));
    for (const [index, event] of events.entries()) await log.append('directory-1', index - 1, [event]);
    const other = await openEventLog({ path });
    for (let after = 0; after <= 40; after++) {
      expect(await log.readAll(['directory'], after, 7)).toEqual(await other.readAll(['directory'], after, 7));
    }
    await other.close();
    await log.close();
  });

  test('what another has appended in between is not left out', async () => {
    const [one, other] = [await openEventLog({ path }), await openEventLog({ path })];
    for (let revision = NO_STREAM; revision < 9; revision++) {
      await (revision % 3 === 0 ? one : other).append('directory-1', revision, [happened(revision)]);
    }
    for (const log of [one, other]) expect(await everything(log, ['directory'], 0, 3)).toHaveLength(10);
    await one.close();
    await other.close();
  });

  test('appends that come together share a commit, each with its own verdict', async () => {
    const log = await openEventLog({ path });
    const commits: unknown[] = [];
    log.onAppended((_, commit) => commits.push(commit));
    const outcomes = await Promise.allSettled([
      log.append('directory-1', NO_STREAM, [happened(1), happened(2)]),
      log.append('directory-1', NO_STREAM, [happened(3)]),
      log.append('calls-1', NO_STREAM, [happened(4)]),
      log.append('directory-1', 1, [happened(5)]),
      log.append('directory-2', 7, []),
      log.append('calls-1', 0, []),
    ]);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: { revision: 1, position: 2 } },
      { status: 'rejected', reason: new WrongExpectedRevision('directory-1', NO_STREAM, 1) },
      { status: 'fulfilled', value: { revision: 0, position: 3 } },
      { status: 'fulfilled', value: { revision: 2, position: 4 } },
      { status: 'rejected', reason: new WrongExpectedRevision('directory-2', 7, NO_STREAM) },
      { status: 'fulfilled', value: { revision: 0, position: 4 } },
    ]);
    expect(commits).toEqual([{ after: 0, position: 4, categories: new Set(['directory', 'calls']) }]);
    const other = await openEventLog({ path });
    for (const reader of [log, other]) {
      const { events } = await reader.readAll(['directory', 'calls'], 0, 10);
      expect(events.map(({ stream, revision, data }) => [stream, revision, data])).toEqual([
        ['directory-1', 0, happened(1).data],
        ['directory-1', 1, happened(2).data],
        ['calls-1', 0, happened(4).data],
        ['directory-1', 2, happened(5).data],
      ]);
    }
    await other.close();
    await log.close();
  });

  test('a commit of refused appends alone tells nobody', async () => {
    const log = await openEventLog({ path });
    const heard: number[] = [];
    log.onAppended((position) => heard.push(position));
    await expect(log.append('directory-1', 3, [happened(1)])).rejects.toBeInstanceOf(WrongExpectedRevision);
    expect(await log.append('directory-1', NO_STREAM, [])).toEqual({ revision: NO_STREAM, position: 0 });
    expect(heard).toEqual([]);
    await log.close();
  });

  test('a stream removed by one process is not read by another, even where it was remembered', async () => {
    const [one, other] = [await openEventLog({ path }), await openEventLog({ path })];
    await one.append('calls-1', NO_STREAM, [happened(1), happened(2)]);
    await one.append('calls-2', NO_STREAM, [happened(3)]);
    expect(await everything(one, ['calls'])).toHaveLength(3);
    await other.remove('calls-1');
    // A reader keeps its snapshot for the rest of the turn.
    await eventually(async () => expect(await everything(one, ['calls'])).toHaveLength(1));
    expect(await everything(one, ['calls'], 1)).toHaveLength(1);
    await other.close();
    await one.close();
  });

  test('a reader whose stream is removed under way ends', async () => {
    const log = await openEventLog({ path });
    const events = Array.from({ length: 1203 }, (_, n) => happened(n));
    for (const backwards of [false, true]) {
      await log.append('calls-1', NO_STREAM, events);
      let batches = 0;
      for await (const _ of log.readStream('calls-1', { backwards })) if (batches++ === 0) await log.remove('calls-1');
      expect(batches).toBe(1);
    }
    await log.close();
  });

  test('the head stays where it was when its event is removed, also after opening again', async () => {
    const before = await openEventLog({ path });
    await before.append('calls-1', NO_STREAM, [happened(1)]);
    await before.append('calls-2', NO_STREAM, [happened(2), happened(3)]);
    await before.remove('calls-2');
    await before.close();

    const log = await openEventLog({ path });
    expect(await log.head()).toBe(3);
    expect(await log.append('calls-1', 0, [happened(4)])).toEqual({ revision: 1, position: 4 });
    expect((await everything(log, ['calls'])).map(({ position }) => position)).toEqual([1, 4]);
    await log.close();
  });

  test('a newer format is refused by name', async () => {
    const log = await openEventLog({ path });
    await log.close();
    const root = open({ path });
    await root.openDB('about', { encoding: 'string' }).put('format', '2');
    await root.close();
    await expect(openEventLog({ path })).rejects.toThrow(
      `the event log in \`${path}\` has format 2: this version of muniment reads format 1`,
    );
  });

  test.each(['', 'directory-\u0000', 'directory-é', 'x'.repeat(257)])(
    'a stream cannot be called %j',
    async (stream) => {
      const log = await openEventLog({ path });
      await expect(log.append(stream, NO_STREAM, [happened(1)])).rejects.toBeInstanceOf(TypeError);
      expect(await log.head()).toBe(0);
      await log.close();
    },
  );

  test('keys are kept beside the events, and gone when removed', async () => {
    const before = await openEventLog({ path });
    await before.keys.put('111122223333/AKIA1', 'first');
    await before.keys.put('111122223333/AKIA1', 'wrapped');
    await before.keys.put('111122223333/gerät 💼', 'other');
    expect(before.keys.get('111122223333/AKIA1')).toBe('wrapped');
    await before.close();

    const log = await openEventLog({ path });
    expect(log.keys.get('111122223333/AKIA1')).toBe('wrapped');
    expect(log.keys.get('111122223333/gerät 💼')).toBe('other');
    await log.keys.remove('111122223333/AKIA1');
    expect(log.keys.get('111122223333/AKIA1')).toBeUndefined();
    expect(log.keys.get('nobody')).toBeUndefined();
    await log.close();
  });
});
