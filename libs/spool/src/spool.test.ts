import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { callSpoolContract } from '@muniment/testing';
import { type DiskSpool, openSpool, SpoolDamaged } from './spool.js';

const at = new Date('2026-11-20T10:00:00.000Z');
let directory = '';
let failures: unknown[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spool-'));
  failures = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (bytes = 1_000_000): Promise<DiskSpool> =>
  openSpool({ directory, bytes, failed: (error) => failures.push(error) });

callSpoolContract('disk', async () => {
  const spool = await open();
  return { spool, close: () => spool.close() };
});

const segments = (): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.calls'))
    .sort()
    .map((name) => join(directory, name));

/** Everything that waits, batch by batch, acknowledged on the way. */
async function drained(spool: DiskSpool, records = 500): Promise<string[]> {
  const all: string[] = [];
  for (let batch = await spool.read(records, 1e6); batch; batch = await spool.read(records, 1e6)) {
    all.push(...batch.records);
    await spool.acknowledge();
  }
  return all;
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `{"n":${from + n}}`);

describe('opened again', () => {
  test('it goes on behind what was acknowledged; older records keep their source and numbers', async () => {
    const first = await open();
    first.append(numbers(0, 6), at);
    await first.read(2, 1e6);
    await first.acknowledge();
    const before = await first.read(3, 1e6);
    await first.close();

    const again = await open();
    expect(again.state).toMatchObject({ records: 4, oldest: at });
    again.append(numbers(6, 8), at);
    expect(await again.read(3, 1e6)).toEqual(before);
    await again.acknowledge();
    const rest = await again.read(10, 1e6);
    expect(rest).toMatchObject({ source: before?.source, first: 5, records: ['{"n":5}'] });
    await again.acknowledge();
    const fresh = await again.read(10, 1e6);
    expect(fresh).toMatchObject({ first: 0, records: numbers(6, 8) });
    expect(fresh?.source).not.toBe(before?.source);
    await again.close();
    expect(failures).toEqual([]);
  });

  test('files that are delivered are gone, whether this process has written them or an earlier one', async () => {
    const first = await open(100_000);
    for (let n = 0; n < 40; n++) first.append([`"${'x'.repeat(1998)}"`], at);
    expect(segments().length).toBeGreaterThan(5);
    await first.close();
    const again = await open(100_000);
    expect(await drained(again, 3)).toHaveLength(40);
    expect(segments()).toEqual([]);
    again.append(numbers(0, 3), at);
    expect(await drained(again)).toHaveLength(3);
    expect(segments()).toHaveLength(1);
    await again.close();
    const last = await open();
    expect(last.state.records).toBe(0);
    expect(segments()).toEqual([]);
    await last.close();
  });

  test.each(['lost', 'damaged'])('all that is still there is read again when its place is %s', async (what) => {
    const first = await open();
    first.append(numbers(0, 4), at);
    const before = await first.read(2, 1e6);
    await first.acknowledge();
    await first.close();
    const place = join(directory, 'acknowledged');
    if (what === 'lost') rmSync(place);
    else writeFileSync(place, readFileSync(place, 'utf8').replace(/"offset":./, '"offset":9'));
    const again = await open();
    expect(await again.read(2, 1e6)).toEqual(before);
    expect(await drained(again)).toEqual(numbers(0, 4));
    await again.close();
  });

  test('only its owner can read it', async () => {
    const spool = await openSpool({ directory: join(directory, 'inner') });
    spool.append(['0'], at);
    await spool.close();
    expect(statSync(join(directory, 'inner')).mode & 0o777).toBe(0o700);
    const [name = ''] = readdirSync(join(directory, 'inner'));
    expect(statSync(join(directory, 'inner', name)).mode & 0o777).toBe(0o600);
  });
});

describe('a write that was cut off', () => {
  test('at any byte of the last record: all before it is there, and it goes on', async () => {
    const first = await open();
    first.append(numbers(0, 3), at);
    const whole = statSync(segments()[0] ?? '').size;
    first.append(['{"last":"💼"}'], at);
    await first.close();
    const [path = ''] = segments();
    const bytes = readFileSync(path);
    for (let size = whole; size < bytes.length; size++) {
      rmSync(join(directory, 'acknowledged'), { force: true });
      for (const other of segments()) rmSync(other);
      writeFileSync(path, bytes);
      truncateSync(path, size);
      failures = [];
      const again = await open();
      expect(again.state.records).toBe(3);
      again.append(['{"n":3}'], at);
      expect(await drained(again)).toEqual(numbers(0, 4));
      await again.close();
      expect(failures).toHaveLength(size === whole ? 0 : 1);
    }
  });
});

describe('damage', () => {
  test('any flipped bit is noticed: what is read is what was written, and only the record it hit is missing', async () => {
    const records = numbers(0, 4);
    const first = await open();
    first.append(records, at);
    await first.close();
    const [path = ''] = segments();
    const bytes = readFileSync(path);
    const frame = bytes.length / 4;
    // Each bit of the second record, and some of the others.
    for (let bit = 0; bit < bytes.length * 8; bit += Math.floor(bit / 8 / frame) === 1 ? 1 : 17) {
      const changed = Buffer.from(bytes);
      const byte = bit >> 3;
      changed[byte] = (changed[byte] ?? 0) ^ (1 << (bit & 7));
      rmSync(join(directory, 'acknowledged'), { force: true });
      writeFileSync(path, changed);
      failures = [];
      const again = await open();
      const hit = Math.floor(byte / frame);
      expect(await drained(again)).toEqual(records.filter((_, n) => n !== hit));
      expect(again.state).toMatchObject({ records: 0, bytes: 0 });
      expect(failures).toHaveLength(1);
      expect(failures[0]).toBeInstanceOf(SpoolDamaged);
      await again.close();
    }
  }, 20_000);

  test('numbers tell of the hole: a batch never spans it', async () => {
    const spool = await open();
    spool.append(numbers(0, 5), at);
    const [path = ''] = segments();
    const bytes = readFileSync(path);
    bytes[Math.floor(bytes.length / 2)] = 0xff;
    writeFileSync(path, bytes);
    expect(await spool.read(10, 1e6)).toMatchObject({ first: 0, records: numbers(0, 2) });
    await spool.acknowledge();
    expect(await spool.read(10, 1e6)).toMatchObject({ first: 3, records: numbers(3, 5) });
    await spool.acknowledge();
    expect(await spool.read(10, 1e6)).toBeUndefined();
    expect(spool.state.records).toBe(0);
    await spool.close();
  });
});
