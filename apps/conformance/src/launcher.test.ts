/** `npm run start:distributed` as a person meets it: wrong words, wrong settings, Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { needsServer } from '@muniment/testing';
import { build, repository } from './harness/build.js';
import { run } from './harness/programs.js';

needsServer('nats');
needsServer('redis');
jest.setTimeout(120_000);

const launcher = join(repository, 'apps/distributed/dist/main.js');
const dataDir = mkdtempSync(join(tmpdir(), 'muniment-launcher-'));
let started: ChildProcess | undefined;

beforeAll(() => build());
afterAll(() => {
  started?.kill('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

const launched = (args: string[], env: Record<string, string> = {}) =>
  run(process.execPath, [launcher, ...args], { env: { MUNIMENT_DATA_DIR: dataDir, ...env } });

test('wrong words and settings are told, and not where in the code', async () => {
  expect(await launched(['--replicas', 'foo=1'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^muniment: there is no service `foo`: .+\n$/),
  });
  expect((await launched(['--nope'])).stderr).toMatch(/^muniment: Unknown option '--nope'.*\n$/);
  const { code, stderr } = await launched([], { MUNIMENT_NATS_URL: 'foo' });
  expect(stderr).toBe('muniment: cannot start with these settings:\n  MUNIMENT_NATS_URL: must be `nats://host:port`\n');
  expect(code).toBe(1);
});

test('Ctrl-C ends everything in order: no service and no engine ends before it is told to', async () => {
  // A terminal sends the signal to the whole group.
  started = spawn(process.execPath, [launcher], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MUNIMENT_DATA_DIR: dataDir, MUNIMENT_PORT: '0' },
  });
  let said = '';
  let complained = '';
  started.stderr?.on('data', (text) => {
    complained += text;
  });
  await new Promise<void>((resolve, reject) => {
    started?.once('exit', () => reject(new Error(`it has ended:\n${complained}`)));
    started?.stdout?.on('data', (text) => {
      said += text;
      if (said.includes('muniment is ready')) resolve();
    });
  });
  const ended = once(started, 'exit');
  process.kill(-(started.pid as number), 'SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(complained).not.toMatch(/started anew|the bus is away/);
});
