/** `muniment status` and `muniment projection` beside a server that runs as it is shipped. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { program } from './harness/build.js';
import { clientsFor } from './harness/clients.js';
import { run } from './harness/programs.js';
import { Server } from './harness/server.js';

jest.setTimeout(120_000);

let server: Server;
beforeAll(async () => {
  server = await Server.start();
  await clientsFor(server.url, server.root).iam.createUser({ UserName: 'ann' });
});
afterAll(() => server?.dispose());

const muniment = (...args: string[]) => {
  const { hostname, port } = new URL(server.url);
  const env = { MUNIMENT_DATA_DIR: server.dataDirectory, MUNIMENT_HOST: hostname, MUNIMENT_PORT: port };
  return run(process.execPath, [program, ...args], { env });
};

test('a server tells how each of its read models stands', async () => {
  const { code, stdout } = await muniment('status');
  expect(stdout).toMatch(/^solo +ok +directory +local +\d+ +0$/m);
  for (const name of ['platform', 'credentials', 'last-used'])
    expect(stdout).toMatch(new RegExp(`^ +${name} +local`, 'm'));
  expect(code).toBe(0);
});

test('read models of a server that runs are not touched, and its process is named', async () => {
  const { code, stderr } = await muniment('projection', 'verify');
  expect(stderr).toMatch(/^muniment: data directory `.+` is in use by another muniment: process \d+\n$/);
  expect(code).toBe(2);
});

test('read models of a server that was killed are verified and made anew, and serve it when it is back', async () => {
  await server.kill();
  const verified = await muniment('projection', 'verify');
  const outcomes = verified.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { state: string; equal?: boolean })
    .filter(({ state }) => state !== 'running');
  expect(outcomes.map(({ equal }) => equal)).toEqual([true, true, true, true]);
  expect(verified.code).toBe(0);
  expect((await muniment('status')).stderr).toMatch(
    /^muniment: no server answers at `http:\/\/.+`: connect ECONNREFUSED/,
  );
  expect((await muniment('status')).code).toBe(1);
  expect((await muniment('projection', 'rebuild', '--projection', 'directory')).code).toBe(0);
  await server.start();
  const { User } = await clientsFor(server.url, server.root).iam.getUser({ UserName: 'ann' });
  expect(User?.UserName).toBe('ann');
});

test('wrong words are told, with what there is', async () => {
  const { code, stderr } = await muniment('projection', 'verify', '--service', 'sts');
  expect(stderr).toContain('`--service` is for services');
  expect(code).toBe(2);
  expect(await muniment('statsu')).toMatchObject({ code: 2, stderr: expect.stringContaining('no command `statsu`') });
});

test('a bus that takes connections and says nothing is told of, and holds nobody up', async () => {
  const mute = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as { port: number };
  const env = { MUNIMENT_NATS_URL: `nats://127.0.0.1:${port}` };
  const { code, stderr } = await run(process.execPath, [program, 'status'], { env });
  mute.close();
  const reason = 'the server takes connections and says nothing';
  expect(stderr).toBe(`muniment: cannot reach NATS at \`127.0.0.1:${port}\`: ${reason}\n`);
  expect(code).toBe(2);
});

test('a reader that goes away ends the command without a word', async () => {
  // By the time that it writes, nobody reads.
  const { stderr } = await run('bash', ['-c', `{ sleep 0.3; "${process.execPath}" "${program}" --help; } | true`]);
  expect(stderr).toBe('');
});
