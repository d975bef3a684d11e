/** What an operator sees of a cluster, and does to its read models while it is at work. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { directory, users } from '@muniment/directory/contract';
import type { Change } from '@muniment/kernel';
import { openRedis } from '@muniment/readmodel-redis';
import { eventually } from '@muniment/testing';
import { program } from '../harness/build.js';
import { unique } from '../harness/clients.js';
import { type Finished, run } from '../harness/programs.js';
import { Cluster } from './cluster.testing.js';

jest.setTimeout(300_000);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ replicas: { directory: 2, decisions: 2 } });
});
afterAll(() => cluster?.dispose());

const muniment = (...args: string[]): Promise<Finished> =>
  run(process.execPath, [program, ...args], { env: { MUNIMENT_NATS_URL: `nats://127.0.0.1:${cluster.nats.port}` } });

interface Outcome {
  readonly service: string;
  readonly replica: string;
  readonly projection: string;
  readonly place: 'own' | 'shared';
  readonly state: string;
  readonly equal?: boolean;
  readonly replaced?: boolean;
  readonly error?: string;
}

/** What `projection` tells at its end. */
const outcomesIn = ({ stdout }: Finished): Outcome[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Outcome)
    .filter(({ state }) => state !== 'running');

interface Status {
  readonly state: string;
  readonly missing: readonly string[];
  readonly replicas: readonly {
    readonly service: string;
    readonly replica: string;
    readonly state: string;
    readonly checks: readonly { readonly name: string; readonly detail?: { readonly role?: string } }[];
  }[];
}

/** The directory's replica that folds the rows which both share. */
async function folding(): Promise<string> {
  const { replicas } = JSON.parse((await muniment('status', '--json')).stdout) as Status;
  const folds = replicas.filter(
    ({ service, checks }) =>
      service === 'directory' && checks.some(({ name }) => name === 'read model directory (folds)'),
  );
  expect(folds).toHaveLength(1);
  return folds[0]?.replica ?? '';
}

const rowsOfDirectory = { name: directory.name, version: directory.version };

/** Changes a user's path in the shared rows, as no event did, by the name of the replica that may write. */
async function spoil(userName: string): Promise<void> {
  const url = `redis://127.0.0.1:${cluster.redis.port}`;
  const readModels = openRedis({ url, holder: `directory-${await folding()}` });
  const { accountId: account } = cluster;
  // The connection comes by itself, and the position may move on meanwhile.
  await eventually(async () => {
    const position = await readModels.checkpoint(rowsOfDirectory);
    const user = await readModels.rows(rowsOfDirectory).find(users, account, userName);
    if (position === undefined || !user) throw new Error(`user ${userName} is not in the rows`);
    const change = { model: users, account, before: user, after: { ...user, path: '/spoiled/' } };
    await readModels.apply(rowsOfDirectory, [change as unknown as Change], position, position);
  }, 10_000);
  await readModels.close();
}

test('every replica of every service is shown with the part it has in each read model', async () => {
  const { code, stdout } = await muniment('status');
  expect(stdout).toMatch(/^gateway +1 +ok +signing-keys +follows +\d+ +\d+$/m);
  expect(stdout).toMatch(/^ +spool +\d+ call records wait, \d+ bytes/m);
  for (const replica of [1, 2]) {
    expect(stdout).toMatch(new RegExp(`^directory +${replica} +ok +directory +(folds|watches) +\\d+ +\\d+$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^decisions +${replica} +ok +directory +local +\\d+ +\\d+$`, 'm'));
  }
  expect(code).toBe(0);
});

test('all read models are what the log says: shared ones once, own ones for every replica', async () => {
  await cluster.clients().iam.createUser({ UserName: unique('u') });
  const finished = await muniment('projection', 'verify');
  const found = outcomesIn(finished).map(({ service, replica, projection, place, equal }) => [
    place === 'own' ? `${service} ${replica}` : service,
    `${place} ${projection}`,
    equal,
  ]);
  const own = (who: string, ...names: string[]) => names.map((name) => [who, `own ${name}`, true]);
  expect(found).toEqual(
    expect.arrayContaining([
      ['directory', 'shared directory', true],
      ['directory', 'shared platform', true],
      ['credentials', 'shared credentials', true],
      ['audit', 'shared last-used', true],
      ...own('decisions 1', 'directory', 'platform'),
      ...own('decisions 2', 'directory', 'platform'),
      ...own('sts 1', 'directory', 'platform', 'credentials'),
      ...own('credentials 1', 'directory', 'platform', 'credentials'),
    ]),
  );
  expect(found.filter(([, name]) => name === 'shared directory')).toHaveLength(1);
  expect(finished.code).toBe(0);
});

test('a spoiled row is found, and made right while everybody goes on reading and writing', async () => {
  const UserName = unique('u');
  const { iam } = cluster.clients();
  await iam.createUser({ UserName });
  await spoil(UserName);
  const only = ['--service', 'directory', '--projection', 'directory'];
  const found = await muniment('projection', 'verify', ...only);
  expect(outcomesIn(found)).toEqual([expect.objectContaining({ state: 'done', equal: false, replaced: false })]);
  expect(found.code).toBe(1);

  let working = true;
  const calls = (async () => {
    for (let count = 0; ; count++) {
      if (!working) return count;
      const name = unique('w');
      await iam.createUser({ UserName: name });
      await iam.getUser({ UserName: name });
    }
  })();
  const rebuilt = await muniment('projection', 'rebuild');
  working = false;
  expect(await calls).toBeGreaterThan(0);
  const outcomes = outcomesIn(rebuilt);
  const shared = outcomes.find(({ place, projection }) => place === 'shared' && projection === 'directory');
  expect(shared).toMatchObject({ equal: false, replaced: true });
  expect(outcomes.filter((each) => each !== shared && !each.equal)).toEqual([]);
  expect(rebuilt.code).toBe(0);
  expect(await muniment('projection', 'verify', ...only)).toMatchObject({ code: 0 });
  expect((await iam.getUser({ UserName })).User?.Path).toBe('/');
});

test('two who rebuild at once: each piece of work is done by one of them, and the other is told', async () => {
  const both = await Promise.all([muniment('projection', 'rebuild'), muniment('projection', 'rebuild')]);
  const outcomes = both.flatMap(outcomesIn);
  const refused = outcomes.filter(({ state }) => state === 'failed');
  expect(refused.filter(({ error }) => !error?.startsWith('it is being verified or rebuilt already'))).toEqual([]);
  expect(outcomes.filter(({ state, equal }) => state === 'done' && !equal)).toEqual([]);
  expect(await muniment('projection', 'verify')).toMatchObject({ code: 0 });
});

test('what there is not is told', async () => {
  const unknown = await muniment('projection', 'verify', '--projection', 'users');
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('no rows of projection `users`') });
  const gateway = await muniment('projection', 'verify', '--service', 'gateway');
  expect(gateway).toMatchObject({ code: 2, stderr: expect.stringContaining('kept by service `gateway`') });
});

test('a service without a replica is missing, and its read models count as not verified', async () => {
  await cluster.one('sts').process.stop();
  const status = await muniment('status');
  expect(status.stdout).toMatch(/^sts +missing +no replica answers$/m);
  expect(status.code).toBe(1);
  const verify = await muniment('projection', 'verify', '--service', 'sts', '--service', 'decisions');
  expect(verify.stderr).toContain('no replica of service `sts` answers: its read models were left out');
  expect(verify.code).toBe(1);
  expect(outcomesIn(verify).map(({ service, equal }) => [service, equal])).toEqual(
    Array.from({ length: 4 }, () => ['decisions', true]),
  );
});

test('without NATS nothing can be asked, and that is told at once', async () => {
  await cluster.nats.stop();
  const { code, stderr } = await muniment('status');
  expect(stderr).toMatch(/^muniment: cannot reach NATS at `127\.0\.0\.1:\d+`: /);
  expect(code).toBe(2);
});
