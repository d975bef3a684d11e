/** The script that makes secrets, and that every service can start with what it makes (S27). */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { configurationReference, readConfiguration } from '@muniment/nest';
import { parse, parseAllDocuments } from 'yaml';
import { busUsers, serviceNames, settingsOf } from './services.testing.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const script = join(root, 'deploy/secrets.sh');
const scratch = mkdtempSync(join(tmpdir(), 'muniment-secrets-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const made = (name: string) => {
  const folder = join(scratch, name);
  execFileSync('sh', [script, 'files', folder]);
  return folder;
};
const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .flatMap((reader) => readdirSync(join(folder, reader)).map((file) => `${reader}/${file}`))
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'utf8').trim()]),
  );
const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, { environment: Record<string, string> }>;
};

test.each(serviceNames)('%s starts with what is made for it, and is given nothing else', (name) => {
  const folder = existsSync(join(scratch, 'first')) ? join(scratch, 'first') : made('first');
  const { environment = {} } = services[name] ?? {};
  const local = Object.entries(environment).map(([setting, value]) => [
    setting,
    value.replace('/run/muniment', join(folder, name)),
  ]);
  expect(() => readConfiguration(Object.fromEntries(local) as Record<string, string>)).not.toThrow();
  const named = Object.values(environment).flatMap((value) => /^\/run\/muniment\/(.+)$/.exec(value)?.[1] ?? []);
  expect(readdirSync(join(folder, name)).sort()).toEqual([...named, 'made'].sort());
});

test('every setting of the table is one that there is', () => {
  const known = configurationReference().map(({ setting }) => setting);
  const given = serviceNames.flatMap(settingsOf).map((setting) => setting.replace(/_FILE$/, ''));
  expect(given.filter((setting) => !known.includes(setting))).toEqual([]);
});

test('they are made once and then left alone, and are others elsewhere', () => {
  const first = filesIn(made('once'));
  expect(filesIn(made('once'))).toEqual(first);
  const other = filesIn(made('elsewhere'));
  expect(Object.keys(other)).toEqual(Object.keys(first));
  const same = Object.keys(first).filter((path) => first[path] === other[path]);
  expect(same.filter((path) => !/\/(made|eventstoredb-url)$/.test(path))).toEqual([]);
});

test('a run that was cut short begins anew; lost ones are not made up', () => {
  const folder = made('cut');
  rmSync(join(folder, 'credentials/made'));
  const before = filesIn(folder);
  const after = filesIn(made('cut'));
  expect(after['gateway/nats-password']).not.toBe(before['gateway/nats-password']);
  expect(after['nats/passwords.conf']).toContain(after['gateway/nats-password']);
  rmSync(join(folder, 'valkey'), { recursive: true });
  const { status, stderr } = spawnSync('sh', [script, 'files', folder], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, 'secrets of valkey are gone, those of others are not\n']);
});

test('each password of the bus is long, its own, and known to the server', () => {
  const files = filesIn(made('bus'));
  const passwords = busUsers.map((user) => files[`${user}/nats-password`]);
  expect(new Set(passwords).size).toBe(busUsers.length);
  for (const [at, user] of busUsers.entries()) {
    expect(passwords[at]).toMatch(/^[0-9a-f]{64}$/);
    expect(files['nats/passwords.conf']).toContain(`${user.toUpperCase()}_PASSWORD: "${passwords[at]}"`);
  }
  expect(files['directory/redis-url']).toContain(files['valkey/password.conf']?.replace('requirepass ', ''));
});

test('Kubernetes gets the same secrets, as one object for each reader', () => {
  const objects = parseAllDocuments(execFileSync('sh', [script, 'manifests'], { encoding: 'utf8' })).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string }; stringData: Record<string, string> },
  );
  expect(objects.every(({ kind }) => kind === 'Secret')).toBe(true);
  const values = new Map(objects.map(({ metadata, stringData }) => [metadata.name, stringData]));
  for (const user of busUsers) {
    expect(values.get('muniment-nats')?.['passwords.conf']).toContain(
      values.get(`muniment-nats-${user}`)?.['password'],
    );
  }
  expect(values.get('muniment-root-key')?.['root-key']).toMatch(/^[A-Za-z0-9+/]{43}=$/);
});

test('the first account’s key comes as export lines', () => {
  const folder = made('exports');
  const lines = execFileSync('sh', [script, 'exports', folder], { encoding: 'utf8' });
  expect(lines).toMatch(/^export AWS_ACCESS_KEY_ID=AKIA[A-Z2-7]{16}\nexport AWS_SECRET_ACCESS_KEY=[A-Za-z0-9]{40}\n/);
});
