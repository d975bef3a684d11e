import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DataDirectory, DataDirectoryInUse, writePrivately } from './data-directory.js';

let path = '';

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'muniment-data-')), 'data');
});

afterEach(() => {
  rmSync(join(path, '..'), { recursive: true, force: true });
});

/** Takes the directory, then lets it go again. */
const canBeTaken = (): boolean => {
  const directory = DataDirectory.open(path);
  directory.release();
  return !existsSync(join(path, 'lock'));
};

const lock = (content: unknown) => writeFileSync(join(path, 'lock'), JSON.stringify(content));

test('a data directory is for its owner alone', () => {
  DataDirectory.open(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('a second one on the same directory is refused, and told by whom it is in use', () => {
  const first = DataDirectory.open(path);
  expect(() => DataDirectory.open(path)).toThrow(DataDirectoryInUse);
  expect(() => DataDirectory.open(path)).toThrow(
    `data directory \`${path}\` is in use by another muniment: process ${process.pid}`,
  );
  first.release();
  expect(canBeTaken()).toBe(true);
});

test('the lock of a process that is gone is no hindrance', async () => {
  DataDirectory.open(path).release();
  const gone = spawn(process.execPath, ['-e', '']);
  const pid = gone.pid;
  await once(gone, 'exit');
  lock({ pid, host: hostname(), started: '1' });
  expect(canBeTaken()).toBe(true);
});

test('nor is one whose process id another process has now', () => {
  DataDirectory.open(path).release();
  lock({ pid: process.pid, host: hostname(), started: '1' });
  expect(canBeTaken()).toBe(true);
});

test('nor one that was half written', () => {
  DataDirectory.open(path).release();
  writeFileSync(join(path, 'lock'), '{"pi');
  expect(canBeTaken()).toBe(true);
});

test('a lock taken on another host is respected: nobody here can tell whether its owner lives', () => {
  DataDirectory.open(path).release();
  lock({ pid: 1, host: 'elsewhere', started: '1' });
  expect(() => DataDirectory.open(path)).toThrow(DataDirectoryInUse);
});

test('the root key is made once, for its owner alone, and stays', () => {
  const directory = DataDirectory.open(path);
  const key = directory.rootKey(undefined);
  expect(key).toHaveLength(32);
  expect(statSync(join(path, 'root-key')).mode & 0o777).toBe(0o600);
  expect(directory.rootKey(undefined)).toEqual(key);
});

test('a root key from the environment is used and not written down', () => {
  const directory = DataDirectory.open(path);
  const given = Buffer.alloc(32, 7);
  expect(directory.rootKey(given.toString('base64'))).toEqual(given);
  expect(existsSync(join(path, 'root-key'))).toBe(false);
});

test('files are written whole and for their owner alone', () => {
  DataDirectory.open(path);
  const file = join(path, 'secret');
  writePrivately(file, 'first');
  writePrivately(file, 'second');
  expect(readFileSync(file, 'utf8')).toBe('second');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
