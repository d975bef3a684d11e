import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SpoolUnavailable } from '@muniment/runtime';
import { Flushes } from './flushes.js';
import { newSegment, SegmentFile } from './segment.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spool-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const source = '00000000-0000-4000-8000-000000000000';
const written = (sequence: number): SegmentFile => {
  const file = new SegmentFile(newSegment(directory, sequence, source));
  file.write(Buffer.from('something'));
  return file;
};

test('a flush that failed is the last: nobody is told that anything is on disk, then or later (R4)', async () => {
  const flushes = new Flushes(directory);
  const [bad, good] = [written(1), written(2)];
  flushes.wrote(bad);
  bad.close();
  await expect(flushes.flush()).rejects.toThrow('the spool takes no records: a flush failed: Error: EBADF');
  expect(flushes.failure).toBeInstanceOf(SpoolUnavailable);
  flushes.wrote(good);
  await expect(flushes.flush()).rejects.toBe(flushes.failure);
  good.close();
});

test('who asks during a flush waits for the next, all for the same one', async () => {
  const flushes = new Flushes(directory);
  const file = written(1);
  flushes.made();
  flushes.wrote(file);
  const first = flushes.flush();
  expect(flushes.flush()).toBe(first);
  await Promise.resolve();
  // The first is under way now.
  flushes.wrote(file);
  const second = flushes.flush();
  expect(second).not.toBe(first);
  expect(flushes.flush()).toBe(second);
  await Promise.all([first, second]);
  file.close();
});

test('a retired file is closed once all of it is on disk, a flush under way notwithstanding', async () => {
  const flushes = new Flushes(directory);
  const file = written(1);
  flushes.wrote(file);
  const flush = flushes.flush();
  await Promise.resolve();
  file.write(Buffer.from('more'));
  flushes.wrote(file);
  flushes.retire(file);
  await flush;
  await flushes.flush();
  expect(() => file.write(Buffer.from('x'))).toThrow('EBADF');
  expect(flushes.failure).toBeUndefined();
});
