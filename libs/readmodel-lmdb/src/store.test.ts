import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Change, readModel } from '@muniment/kernel';
import { ReadModelsCorrupted } from './checked.js';
import { Environment } from './environment.js';
import { bytesOf } from './keys.js';
import { openReadModels } from './lmdb-read-models.js';

try {
  execFileSync('prlimit', ['--version']);
} catch {
  throw new Error('needs the program `prlimit`');
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly text?: string;
}

const model = readModel<Row>('rows', {
  id: ({ id }) => id,
  key: ({ name }) => name,
  indexes: { name: ({ name }) => [name] },
  anywhere: true,
});
const account = '111122223333';
const projection = { name: 'directory', version: 1 };
const change = (before: Row | undefined, after: Row | undefined): Change => ({
  model: model as Change['model'],
  account,
  before,
  after,
});
const rowsNamed = (...names: string[]): Change[] => names.map((name) => change(undefined, { id: `id-${name}`, name }));

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'readmodels-'));
});
afterEach(() => rm(path, { recursive: true }));

/** Changes what is on disk behind the store's back. */
async function tamper(alter: (environment: Environment) => void): Promise<void> {
  const environment = new Environment(path);
  environment.root.transactionSync(() => alter(environment));
  await environment.root.close();
}

/** All entries, whichever scope they belong to. */
async function entriesOnDisk(): Promise<number> {
  const environment = new Environment(path);
  const counts = Object.values(environment.scoped).map((database) =>
    database.getKeysCount({ start: '\x01', end: '\xff' }),
  );
  await environment.root.close();
  return counts.reduce((sum, count) => sum + count);
}

describe('read models in LMDB', () => {
  test('everything is there after opening again', async () => {
    const before = await openReadModels({ path });
    await before.apply(projection, rowsNamed('a', 'b'), 7);
    await before.keep('snapshot', 'content');
    await before.close();
    const readModels = await openReadModels({ path });
    expect(readModels.checkpoint(projection)).toBe(7);
    expect(readModels.rows(projection).list(model, account)).toMatchObject([{ name: 'a' }, { name: 'b' }]);
    expect(readModels.rows(projection).count(model, account)).toBe(2);
    expect(readModels.kept('snapshot')).toBe('content');
    await readModels.close();
  });

  test('a newer format is refused by name', async () => {
    await (await openReadModels({ path })).close();
    await tamper(({ about }) => void about.put('format', '2'));
    await expect(openReadModels({ path })).rejects.toThrow(
      `the read models in \`${path}\` have format 2: this version of muniment reads format 1`,
    );
  });

  test('texts that are no Unicode are told apart and in order', async () => {
    const names = ['\ud7ff', '\ud800', '\ud800a', '\udbff', '\udc00', '\udfff', '\ue000', '\ufffd', '\ud800\udc00'];
    const readModels = await openReadModels({ path });
    await readModels.apply(projection, rowsNamed(...names.toReversed()), 1);
    const rows = readModels.rows(projection);
    expect(rows.list(model, account).map(({ name }) => name)).toEqual(names);
    for (const name of names) expect(rows.find(model, account, name)).toEqual({ id: `id-${name}`, name });
    await readModels.close();
  });

  test('a key that is too long is refused before anything is written; to look for one finds nothing', async () => {
    const failures: unknown[] = [];
    const readModels = await openReadModels({ path, onFailure: (error) => failures.push(error) });
    const rows = readModels.rows(projection);
    const refused = readModels.apply(projection, rowsNamed('a', 'é'.repeat(513)), 1);
    await expect(refused).rejects.toThrow('a key of `rows` is longer than 1024 bytes');
    expect(readModels.checkpoint(projection)).toBeUndefined();
    await readModels.apply(projection, rowsNamed('é'.repeat(512)), 1);
    expect(rows.list(model, account)).toHaveLength(1);
    expect(rows.find(model, account, 'é'.repeat(513))).toBeUndefined();
    expect(failures).toEqual([]);
    await readModels.close();
  });

  test('keys of no two texts are the same bytes', () => {
    const texts = [
      '',
      '\0',
      '\x01',
      '\x01\x01',
      '\x01\x02',
      '\0\0',
      '\0\x01',
      'Ã©',
      'é',
      '\ud800',
      'í\u00a0\u0080',
      '\x01\x03',
    ];
    expect(new Set(texts.map(bytesOf)).size).toBe(texts.length);
  });

  test('what an interrupted clear has left is swept at the next start', async () => {
    const before = await openReadModels({ path });
    await before.apply(projection, rowsNamed('a', 'b', 'c'), 1);
    await before.apply({ ...projection, version: 2 }, rowsNamed('d'), 1);
    await before.close();
    const all = await entriesOnDisk();
    await tamper(({ projections }) => void projections.remove('directory@1'));
    const readModels = await openReadModels({ path });
    expect(readModels.rows(projection).list(model, account)).toEqual([]);
    expect(readModels.rows({ ...projection, version: 2 }).list(model, account)).toHaveLength(1);
    await readModels.close();
    // One row has an entry each for itself, its id, its name and its place; each model one for its count.
    expect([all, await entriesOnDisk()]).toEqual([4 * 4 + 2, 4 + 1]);
  });

  test('clearing and removing leave nothing behind', async () => {
    const readModels = await openReadModels({ path });
    await readModels.apply(projection, rowsNamed('a', 'b', 'c'), 1);
    await readModels.clear(projection);
    await readModels.apply(projection, rowsNamed('a'), 1);
    await readModels.apply(projection, [change({ id: 'id-a', name: 'a' }, undefined)], 2);
    await readModels.close();
    expect(await entriesOnDisk()).toBe(1);
  });
});

describe('corruption is found before anything of it is served (R3)', () => {
  beforeEach(async () => {
    const readModels = await openReadModels({ path });
    await readModels.apply(projection, rowsNamed('a', 'b'), 7);
    await readModels.keep('snapshot', 'content');
    await readModels.close();
  });

  test('a changed character, wherever in a row', async () => {
    const key = `1\0${account}\0rows\0a`;
    const written = `${(await valueOf(key)) ?? ''}`;
    expect(written).toContain('id-a');
    for (let index = 0; index < written.length; index++) {
      const changedText =
        written.slice(0, index) + String.fromCharCode(written.charCodeAt(index) ^ 1) + written.slice(index + 1);
      await tamper(({ scoped }) => void scoped.rows.put(key, changedText));
      const readModels = await openReadModels({ path });
      expect(() => readModels.rows(projection).find(model, account, 'a')).toThrow(ReadModelsCorrupted);
      expect(() => readModels.rows(projection).list(model, account)).toThrow(ReadModelsCorrupted);
      await readModels.close();
    }
  });

  async function valueOf(key: string): Promise<string | undefined> {
    const environment = new Environment(path);
    const value = environment.scoped.rows.get(key);
    await environment.root.close();
    return value;
  }

  test.each<
    [string, (environment: Environment) => void, (rows: Awaited<ReturnType<typeof openReadModels>>) => unknown]
  >([
    [
      'a row in another’s place',
      ({ scoped: { rows } }) => void rows.put(`1\0${account}\0rows\0a`, rows.get(`1\0${account}\0rows\0b`) as string),
      (readModels) => readModels.rows(projection).find(model, account, 'a'),
    ],
    [
      'an index entry without its row',
      ({ scoped: { rows } }) => void rows.remove(`1\0${account}\0rows\0a`),
      (readModels) => readModels.rows(projection).filed(model, account, 'name', 'a'),
    ],
    [
      'an id that leads elsewhere',
      ({ scoped: { ids } }) =>
        void ids.put(`1\0${account}\0rows\0id-a\0`, ids.get(`1\0${account}\0rows\0id-b\0`) as string),
      (readModels) => readModels.rows(projection).findById(model, account, 'id-a'),
    ],
    [
      'a changed place',
      ({ scoped: { anywhere } }) => void anywhere.put('1\0rows\0id-a\0', anywhere.get('1\0rows\0id-b\0') as string),
      (readModels) => readModels.rows(projection).anywhere(model, 'id-a'),
    ],
    [
      'a changed count',
      ({ scoped: { counts } }) => void counts.put(`1\0${account}\0rows\0`, '000000003'),
      (readModels) => readModels.rows(projection).count(model, account),
    ],
    [
      'a changed blob',
      ({ kept }) => void kept.put('snapshot\0', '00000000content'),
      (readModels) => readModels.kept('snapshot'),
    ],
  ])('%s', async (_, alter, read) => {
    await tamper(alter);
    const readModels = await openReadModels({ path });
    expect(() => read(readModels)).toThrow(ReadModelsCorrupted);
    await readModels.close();
  });
});

describe('a full disk (R5)', () => {
  test('a failed step is nowhere, nothing more is written, the owner is told once, reading goes on', async () => {
    const failures: unknown[] = [];
    const readModels = await openReadModels({ path, onFailure: (error) => failures.push(error) });
    await readModels.apply(projection, rowsNamed('a'), 1);
    execFileSync('prlimit', [
      '--pid',
      String(process.pid),
      `--fsize=${statSync(join(path, 'data.mdb')).size + 100_000}:`,
    ]);
    let position = 1;
    let refused: unknown;
    while (refused === undefined && position < 1000) {
      const row = { id: `id-${position}`, name: `n-${position}`, text: 'x'.repeat(5000) };
      const applied = readModels.apply(projection, [change(undefined, row)], position + 1);
      await applied.then(
        () => position++,
        (error: unknown) => {
          refused = error;
        },
      );
    }
    execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited:']);
    expect(String(refused)).toContain('the read models take no writes');
    await expect(readModels.apply(projection, [], position + 1)).rejects.toThrow('the read models take no writes');
    expect(failures).toHaveLength(1);
    expect(readModels.checkpoint(projection)).toBe(position);
    expect(readModels.rows(projection).count(model, account)).toBe(position);
    await readModels.close();

    const again = await openReadModels({ path });
    expect(again.checkpoint(projection)).toBe(position);
    expect(again.rows(projection).list(model, account)).toHaveLength(position);
    await again.apply(projection, rowsNamed('z'), position + 1);
    expect(again.rows(projection).count(model, account)).toBe(position + 1);
    await again.close();
  });
});
