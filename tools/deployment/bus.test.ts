/**
 * S26 for the bus: a real server with the very configuration that is deployed, and every user against everything; among
 * them one for somebody's own service, as docs/decisions-api.md says that it is added.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { needsServer, type ServerProcess, startNats } from '@muniment/testing';
import { covers, NatsClient } from './nats-client.testing.js';
import { busUsers, serviceNames, services, subjectsOf } from './services.testing.js';

needsServer('nats');

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const docs = fileURLToPath(new URL('../../docs/decisions-api.md', import.meta.url));
const deployed = readFileSync(join(deploy, 'nats/nats.conf'), 'utf8');
const [, added = ''] = /```conf\n(.*?)```/s.exec(readFileSync(docs, 'utf8')) ?? [];
const extended = deployed.replace(/(?=^ {2}\]\n)/m, added);
const addedUser = 'orders';
const addedPassword = randomBytes(24).toString('hex');
const folder = mkdtempSync(join(tmpdir(), 'muniment-bus-'));
const passwordOf = (user: string) =>
  user === addedUser ? addedPassword : readFileSync(join(folder, 'secrets', user, 'nats-password'), 'utf8').trim();

let nats: ServerProcess;
beforeAll(async () => {
  execFileSync('sh', [join(deploy, 'secrets.sh'), 'files', join(folder, 'secrets')]);
  writeFileSync(join(folder, 'nats.conf'), extended);
  cpSync(join(folder, 'secrets/nats'), join(folder, 'passwords'), { recursive: true });
  writeFileSync(
    join(folder, 'passwords/passwords.conf'),
    `${readFileSync(join(folder, 'secrets/nats/passwords.conf'), 'utf8')}\n${addedUser.toUpperCase()}_PASSWORD: "${addedPassword}"\n`,
  );
  nats = await startNats({ args: ['--config', join(folder, 'nats.conf'), '--http_port', '-1'] });
});
afterAll(async () => {
  await nats?.stop();
  rmSync(folder, { recursive: true });
});

const login = (user: string) => NatsClient.connect(nats.port, { user, pass: passwordOf(user) });

const contexts = [...new Set(serviceNames.flatMap((name) => [name, ...(services[name]?.answers ?? [])]))];
/** One subject of every kind that there is on this bus, and some of NATS's own. */
const subjects = [
  contexts.flatMap((context) => ['', '.Operation', '.deep.Operation'].map((rest) => `muniment.${context}${rest}`)),
  serviceNames.flatMap((name) => [`muniment.control.${name}.1.Rebuild`, `muniment.control.${name}`]),
  serviceNames.flatMap((name) => [`$SRV.INFO.muniment-${name}`, `$SRV.STATS.muniment-${name}.id`]),
  [...busUsers, addedUser].map((name) => `_INBOX_${name}.answer.1`),
  ['muniment', 'muniment.other.Operation', 'other', 'muniment.hints', 'muniment.hints.appended'],
  ['_INBOX.answer', '$SRV.PING', '$SYS.REQ.SERVER.PING', '$JS.API.INFO', '$JS.API.STREAM.LIST', '$G'],
].flat();
const patterns = [
  contexts.flatMap((context) => [`muniment.${context}.*`, `muniment.${context}.>`]),
  ['>', '*', '*.>', 'muniment.>', 'muniment.*', 'muniment.*.Operation', 'muniment.*.*', 'muniment.control.>'],
  ['muniment.hints.>', '_INBOX.>', '_INBOX.*', '$SRV.>', '$SRV.*', '$SRV.*.*', '$SYS.>', '$JS.>'],
].flat();

/** NATS takes a final `>` for one word that `*` allows: more than asked for, yet only of the user's own subtree. */
const ownSubtree = (allowed: readonly string[]) => (subject: string) =>
  subject.endsWith('.>') && allowed.some((pattern) => covers(pattern, subject.replace(/>$/, 'word')));

describe.each([...busUsers, addedUser])('the user %s of the bus', (user) => {
  test.each([
    ['publish', subjects, ''],
    ['subscribe', [...subjects, ...patterns], ''],
    ['subscribe', [...subjects, ...patterns], 'some-queue'],
  ] as const)('can %s what the table says and nothing else (%#)', async (verb, tried, queue) => {
    const allowed = subjectsOf(user)[verb];
    const told = tried.filter((subject) => !ownSubtree(allowed)(subject));
    const foreign = told.filter((subject) => !allowed.some((pattern) => covers(pattern, subject)));
    expect(foreign.length).toBeGreaterThan(told.length / 2);
    expect(foreign.length).toBeLessThan(told.length);
    const client = await login(user);
    expect((await client.refused(verb, told, queue)).sort()).toEqual(foreign.sort());
    client.close();
  });

  test('has no more in the file than in the table', () => {
    const block = extended.split(/\n {4}\{\n/).find((part) => part.includes(`user: ${user}\n`)) ?? '';
    const listed = (verb: string) =>
      Array.from(
        new RegExp(`${verb}: \\[([^\\]]*)\\]`).exec(block)?.[1]?.matchAll(/"([^"]+)"/g) ?? [],
        ([, it = '']) => it,
      );
    const { publish, subscribe } = subjectsOf(user);
    expect(listed('publish').sort()).toEqual(publish.sort());
    expect(listed('subscribe').sort()).toEqual(subscribe.sort());
  });
});

test('there are no other users', () => {
  const users = deployed.matchAll(/^\s*user: (\S+)/gm);
  expect(Array.from(users, ([, user = '']) => user).sort()).toEqual([...busUsers].sort());
});

test.each([
  ['nobody', () => ({})],
  ['a service without its password', () => ({ user: 'gateway' })],
  ["a service with another one's password", () => ({ user: 'gateway', pass: passwordOf('audit') })],
  ['a user that there is not', () => ({ user: 'root', pass: passwordOf('gateway') })],
])('%s does not get in', async (_, credentials) => {
  // The server hangs up at once; its reason may be overtaken by that.
  const refused = /Authorization Violation|ECONNRESET/;
  await expect(NatsClient.connect(nats.port, credentials())).rejects.toThrow(refused);
});

test('whoever was asked answers, once, and nobody else does', async () => {
  const [gateway, directory, sts] = await Promise.all(['gateway', 'directory', 'sts'].map(login));
  await directory?.exchange(['SUB muniment.directory.* directory 1']);
  await gateway?.exchange(['SUB _INBOX_gateway.> 1']);
  const answer = 'PUB _INBOX_gateway.7 2\r\nok';
  expect(await directory?.exchange([answer])).toContain('Permissions Violation');
  await gateway?.exchange(['PUB muniment.directory.GetUser _INBOX_gateway.7 0\r\n']);
  expect(await directory?.exchange()).toContain('MSG muniment.directory.GetUser 1 _INBOX_gateway.7 0');
  expect(await sts?.exchange([answer])).toContain('Permissions Violation for Publish to "_INBOX_gateway.7"');
  expect(await directory?.exchange([answer])).not.toContain('-ERR');
  expect(await directory?.exchange([answer])).toContain('Permissions Violation for Publish to "_INBOX_gateway.7"');
  expect(await gateway?.exchange()).toContain('MSG _INBOX_gateway.7 1 2\r\nok');
  for (const client of [gateway, directory, sts]) client?.close();
});

test('somebody’s own service is answered in an inbox that nobody else hears', async () => {
  const [decisions, orders, operator] = await Promise.all(['decisions', addedUser, 'operator'].map(login));
  await decisions?.exchange(['SUB muniment.inquiries.* decisions 1']);
  await orders?.exchange([`SUB _INBOX_${addedUser}.> 1`]);
  expect(await operator?.exchange([`SUB _INBOX_${addedUser}.> 1`])).toContain('Permissions Violation');
  await orders?.exchange([`PUB muniment.inquiries.IsAuthorized _INBOX_${addedUser}.7 2\r\n{}`]);
  const heard = `MSG muniment.inquiries.IsAuthorized 1 _INBOX_${addedUser}.7 2\r\n{}`;
  expect(await decisions?.exchange()).toContain(heard);
  expect(await decisions?.exchange([`PUB _INBOX_${addedUser}.7 2\r\nok`])).not.toContain('-ERR');
  expect(await orders?.exchange()).toContain(`MSG _INBOX_${addedUser}.7 1 2\r\nok`);
  for (const client of [decisions, orders, operator]) client?.close();
});
