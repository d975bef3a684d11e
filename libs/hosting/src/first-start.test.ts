import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { readConfiguration } from '@muniment/nest';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { EnvelopeSealer, LogUnavailable, randomIds, systemClock } from '@muniment/runtime';
import { FirstStart, type MadeCredentials } from './first-start.js';
import { confirmKept, keepCredentials } from './root-credentials.js';

/** A log whose answer to the append of a root key can be lost: the key is made all the same. */
class SilentLog extends MemoryEventLog {
  silent = false;

  override async append(...appended: Parameters<MemoryEventLog['append']>) {
    const answer = await super.append(...appended);
    if (this.silent && appended[0].startsWith('credentials-')) throw new LogUnavailable('no answer');
    return answer;
  }
}

const root = randomBytes(32);
let log: SilentLog;
let directory: string;
let file: string;

beforeEach(() => {
  log = new SilentLog();
  directory = mkdtempSync(join(tmpdir(), 'muniment-first-start-'));
  file = join(directory, 'root-credentials.json');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const start = () =>
  new FirstStart({
    log,
    readModels: new MemoryReadModels(),
    sealer: new EnvelopeSealer(root, log.keys),
    ids: randomIds,
    now: () => systemClock.now(),
    keep: (made: MadeCredentials) => keepCredentials(file, made),
    found: (accessKeyId: string) => confirmKept(file, accessKeyId),
  }).run(readConfiguration({}));

const stored = () => JSON.parse(readFileSync(file, 'utf8'));

test('replicas that start an installation at once make one account and one key, and keep its secret', async () => {
  const started = await Promise.all([start(), start(), start()]);
  const made = started.flatMap((each) => each.made ?? []);
  expect(made).toHaveLength(1);
  expect(new Set(started.map(({ accountId }) => accountId)).size).toBe(1);
  expect(stored()).toMatchObject({ AccountId: made[0]?.accountId, SecretAccessKey: made[0]?.secretAccessKey });
  expect(readdirSync(directory)).toEqual(['root-credentials.json']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a key whose maker never learnt that it was made keeps its secret for the next start to show', async () => {
  log.silent = true;
  await expect(start()).rejects.toThrow(LogUnavailable);
  expect(readdirSync(directory)).not.toContain('root-credentials.json');
  log.silent = false;
  const { accountId, made } = await start();
  expect(made).toBeUndefined();
  expect(stored().AccountId).toBe(accountId);
  await start();
  expect(readdirSync(directory)).toEqual(['root-credentials.json']);
});
