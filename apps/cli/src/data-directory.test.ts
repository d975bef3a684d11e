import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { WorkKind } from '@muniment/hosting/control';
import { DataDirectory } from '@muniment/hosting';
import { openDataDirectory } from './data-directory-worker.js';
import { Installation } from './installation.testing.js';
import { lines, outcomes, type Screen } from './screen.js';
import { isWell, type Task } from './task.js';
import { work } from './work.js';

jest.setTimeout(180_000);

let installation: Installation;
beforeEach(() => {
  installation = new Installation();
});
afterEach(() => installation.dispose());

const nowhere: Screen = { show: () => undefined, end: () => undefined };

/** What the command does between its arguments and its output. */
async function run(kind: WorkKind, names: readonly string[] = [], screen = nowhere, interrupt = new AbortController()) {
  const { worker, close } = await openDataDirectory(installation.configuration, names, interrupt.signal);
  try {
    const projections = names.length > 0 ? names : undefined;
    return await work({ kind, workers: [worker], projections, screen, interrupted: interrupt.signal });
  } finally {
    await close();
  }
}

const equalIn = (tasks: readonly Task[]) =>
  tasks.map(({ projection, status: { result } }) => [projection, result?.equal] as const);

test('a lost row is found by verify, made again by rebuild, and nothing is to be found then', async () => {
  await installation.addKeys(10);
  const sound = await run('verify');
  expect(sound.map(({ projection }) => projection)).toEqual(['directory', 'platform', 'credentials', 'last-used']);
  expect(sound.every(isWell)).toBe(true);
  await installation.loseKey();
  const found = await run('verify', ['credentials']);
  expect(equalIn(found)).toEqual([['credentials', false]]);
  expect(found.every(isWell)).toBe(false);
  expect(outcomes(found)).toMatch(/^solo +credentials +own +\d+ +1 +DIFFERENT from what the log says$/m);
  const repaired = await run('rebuild', ['credentials']);
  expect(repaired.every(isWell)).toBe(true);
  expect(outcomes(repaired)).toContain('made anew: it was DIFFERENT');
  expect(equalIn(await run('verify', ['credentials']))).toEqual([['credentials', true]]);
});

test('work that is interrupted says so, and is gone on from the next time', async () => {
  // A log that is long enough for whatever machine this is: until the interruption finds the work under way.
  for (let state: string | undefined; state !== 'ended'; ) {
    await installation.addKeys(12_000);
    await run('verify', ['credentials']);
    const interrupt = new AbortController();
    const interrupting: Screen = { ...nowhere, show: ([task]) => task?.status.events && interrupt.abort() };
    const [interrupted] = await run('verify', ['credentials'], interrupting, interrupt);
    state = interrupted?.status.state;
  }
  const [again] = await run('verify', ['credentials']);
  expect(again?.status).toMatchObject({ state: 'done', result: { equal: true } });
  expect(again?.status.events).toBeLessThan(again?.status.position ?? 0);
});

test('a program is told in JSON lines: how it goes on, and one line for each projection at the end', async () => {
  await installation.addKeys(10);
  const told: { projection: string; state: string }[] = [];
  const screen = lines({ columns: 80, write: (text: string) => told.push(JSON.parse(text)) > 0 });
  screen.end(await run('verify', ['credentials', 'platform'], screen));
  expect(told.filter(({ state }) => state === 'done')).toEqual([
    expect.objectContaining({ service: 'solo', projection: 'platform', equal: true, rows: 0 }),
    expect.objectContaining({ service: 'solo', projection: 'credentials', equal: true, rows: 1, position: 19 }),
  ]);
});

test('a directory that a server has open is left alone, and which process has it is told', async () => {
  await installation.addKeys(1);
  const taken = DataDirectory.open(installation.path);
  await expect(run('verify')).rejects.toThrow(
    `data directory \`${installation.path}\` is in use by another muniment: process ${process.pid}`,
  );
  taken.release();
  expect((await run('verify')).every(isWell)).toBe(true);
});

test('a directory without a log is not made into one', async () => {
  rmSync(installation.path, { recursive: true });
  await expect(run('verify')).rejects.toThrow(`there is no event log in \`${installation.path}\``);
  expect(existsSync(installation.path)).toBe(false);
});

test('a projection that there is not is refused before anything is opened', async () => {
  await installation.addKeys(1);
  await expect(run('rebuild', ['users'])).rejects.toThrow(
    'there is no projection `users`: there are directory, platform, credentials, last-used',
  );
  expect(existsSync(join(installation.path, 'lock'))).toBe(false);
});
