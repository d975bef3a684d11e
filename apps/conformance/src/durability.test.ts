/** What was acknowledged stays, whatever becomes of the process. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Clients, clientsFor, document, person, refusal, statement } from './harness/clients.js';
import { type Entry, firstTag, Ledger } from './harness/ledger.js';
import { Server } from './harness/server.js';

const kills = Number(process.env['MUNIMENT_TEST_KILLS'] ?? 10);
const readyWithin = 5000;
/** On a machine that is busy with other things, all starts are slow: so many times the first one is then the bound. */
const slowness = 3;
jest.setTimeout(60_000 + kills * 10_000);

describe(`${kills} times killed at any moment, with 16 clients writing`, () => {
  let server: Server;
  let root: Clients;
  let ledger: Ledger;
  let policyArn: string;
  let users: Map<string, { tags: Record<string, string>; attached: string[] }>;
  const starts: number[] = [];

  beforeAll(async () => {
    server = await Server.start();
    root = clientsFor(server.url, server.root);
    const PolicyDocument = document(statement('Allow', 's3:GetObject'));
    const { Policy } = await root.iam.createPolicy({ PolicyName: 'objects', PolicyDocument });
    policyArn = Policy?.Arn ?? '';
    ledger = new Ledger(root, policyArn, () => server.whenReady());
    const writing = ledger.write(16);
    for (let kill = 0; kill < kills; kill++) {
      await sleep(100 + Math.random() * 500);
      await server.kill();
      starts.push(await server.start());
    }
    await sleep(200);
    ledger.stop();
    await writing;
    users = await allUsers();
  });
  afterAll(() => server?.dispose());

  async function allUsers() {
    const found: typeof users = new Map();
    let Marker: string | undefined;
    do {
      const page = await root.iam.getAccountAuthorizationDetails({ Filter: ['User'], MaxItems: 1000, Marker });
      for (const { UserName = '', Tags = [], AttachedManagedPolicies = [] } of page.UserDetailList ?? []) {
        const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
        found.set(UserName, { tags, attached: AttachedManagedPolicies.map(({ PolicyArn = '' }) => PolicyArn) });
      }
      ({ Marker } = page);
    } while (Marker);
    return found;
  }

  const wrong = (holds: (entry: Entry, user: NonNullable<ReturnType<typeof users.get>> | undefined) => boolean) =>
    ledger.entries.filter((entry) => !holds(entry, users.get(entry.userName)));

  test('it is ready again within five seconds', () => {
    const longest = Math.round(Math.max(...starts));
    process.stdout.write(
      `${kills} kills, ${ledger.requestIds.length} acknowledged writes, ready again after ${longest} ms at most ` +
        `(first start: ${Math.round(server.firstStart)} ms)\n`,
    );
    expect(longest).toBeLessThan(Math.max(readyWithin, slowness * server.firstStart));
  });

  test('nothing that was acknowledged is lost', () => {
    expect(ledger.requestIds.length).toBeGreaterThan(kills * 5);
    expect(wrong(({ created }, user) => !created || user !== undefined)).toEqual([]);
    expect(wrong(({ tagged }, user) => !tagged || user?.tags['a'] === tagged)).toEqual([]);
    expect(wrong(({ attached }, user) => !attached || user?.attached.includes(policyArn) === true)).toEqual([]);
  });

  test('no write is refused or answered wrongly on the way', () => {
    expect(ledger.refusals).toEqual([]);
  });

  test('every key that was handed out signs', async () => {
    const keys = ledger.entries.flatMap(({ userName, key }) => (key ? [{ userName, key }] : []));
    expect(keys.length).toBeGreaterThan(kills);
    const sample = keys.filter((_, index) => index % Math.ceil(keys.length / 200) === 0);
    const callers = await Promise.all(
      sample.map(async ({ key }) => (await clientsFor(server.url, key).sts.getCallerIdentity({})).Arn),
    );
    expect(callers).toEqual(sample.map(({ userName }) => `arn:aws:iam::${server.accountId}:user/${userName}`));
  });

  test('no write is half done, and nothing is there that nobody asked for', async () => {
    const known = new Set(ledger.entries.map(({ userName }) => userName));
    expect([...users.keys()].filter((name) => !known.has(name))).toEqual([]);
    expect(wrong((_, user) => user === undefined || user.tags['a'] === user.tags['b'])).toEqual([]);
    expect(wrong(({ tagging }, user) => !user || [firstTag, tagging].includes(user.tags['a']))).toEqual([]);
    expect(wrong(({ attaching }, user) => !user || attaching || user.attached.length === 0)).toEqual([]);
    const attached = [...users.values()].filter(({ attached: policies }) => policies.length > 0);
    expect((await root.iam.getPolicy({ PolicyArn: policyArn })).Policy?.AttachmentCount).toBe(attached.length);
    const names = [...users.keys()].slice(-50);
    const read = await Promise.all(names.map((UserName) => root.iam.getUser({ UserName })));
    expect(read.map(({ User }) => User?.UserName)).toEqual(names);
  });

  test('every acknowledged write has its call record', async () => {
    const recorded = new Set<string>();
    let NextToken: string | undefined;
    do {
      const LookupAttributes = [{ AttributeKey: 'ReadOnly' as const, AttributeValue: 'false' }];
      const page = await root.cloudtrail.lookupEvents({ LookupAttributes, NextToken });
      for (const { CloudTrailEvent = '{}' } of page.Events ?? []) {
        recorded.add((JSON.parse(CloudTrailEvent) as { requestID: string }).requestID);
      }
      ({ NextToken } = page);
    } while (NextToken);
    expect(ledger.requestIds.filter((id) => !recorded.has(id))).toEqual([]);
  });
});

test('a second process on the same data is refused and says why; the first goes on', async () => {
  const server = await Server.start();
  try {
    const second = server.launch('0');
    let said = '';
    second.stderr?.on('data', (chunk) => (said += String(chunk)));
    const [code] = (await once(second, 'exit')) as [number];
    expect(code).toBe(1);
    expect(said).toMatch(/^muniment: data directory `\S+` is in use by another muniment: process \d+$/m);
    expect((await clientsFor(server.url, server.root).sts.getCallerIdentity({})).Account).toBe(server.accountId);
  } finally {
    await server.dispose();
  }
});

test('stopped and started again, it knows everything, and old credentials and pages go on', async () => {
  const server = await Server.start();
  try {
    const root = clientsFor(server.url, server.root);
    const ada = await person(server.url, root, 'ada', statement('Allow', 'iam:ListUsers'));
    await person(server.url, root, 'bob');
    const { Marker } = await ada.iam.listUsers({ MaxItems: 1 });
    expect((await server.stop()).code).toBe(0);
    await server.start();
    expect((await ada.iam.listUsers({ Marker })).Users).toHaveLength(1);
    expect((await refusal(ada.iam.listRoles({}))).name).toBe('AccessDenied');
  } finally {
    await server.dispose();
  }
});

test('in memory nothing is kept', async () => {
  const server = await Server.start({ memory: true });
  try {
    const root = clientsFor(server.url, server.root);
    await root.iam.createUser({ UserName: 'ada' });
    expect((await server.stop()).code).toBe(0);
    expect(readdirSync(server.dataDirectory)).toEqual([]);
    await server.start();
    expect((await refusal(root.iam.getUser({ UserName: 'ada' }))).name).toBe('NoSuchEntityException');
  } finally {
    await server.dispose();
  }
});
