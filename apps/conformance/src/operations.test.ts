/** What an operator sees: health, readiness, metrics, and an end in good order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { clientsFor, refusal, unique } from './harness/clients.js';
import { Server } from './harness/server.js';

jest.setTimeout(60_000);

/** For so many milliseconds after the signal, at least, requests on open connections are answered. */
const letGo = 100;

async function withServer(use: (server: Server) => Promise<void>): Promise<void> {
  const server = await Server.start();
  try {
    await use(server);
  } finally {
    await server.dispose();
  }
}

interface Attempt {
  readonly started: number;
  readonly error?: { readonly code?: string; readonly name: string; readonly $metadata?: { httpStatusCode?: number } };
}

test('told to end under load, it answers what it has taken on and ends with 0 within ten seconds', () =>
  withServer(async (server) => {
    const attempts: Attempt[] = [];
    let calling = true;
    const lane = async (write: boolean) => {
      const { iam } = clientsFor(server.url, server.root);
      while (calling) {
        const started = performance.now();
        const call = write ? iam.createUser({ UserName: unique('u') }) : iam.listUsers({ MaxItems: 10 });
        const error = await call.then(
          () => undefined,
          (caught: Attempt['error']) => caught,
        );
        attempts.push({ started, ...(error && { error }) });
        if (error) await sleep(5);
      }
    };
    const lanes = Array.from({ length: 16 }, (_, index) => lane(index % 2 === 0));
    while (attempts.length < 200) await sleep(20);
    const told = performance.now();
    const ending = await server.stop();
    calling = false;
    await Promise.all(lanes);
    expect(ending).toMatchObject({ code: 0, signal: null });
    expect(ending.milliseconds).toBeLessThan(10_000);
    expect(attempts.filter(({ error }) => !error).length).toBeGreaterThan(100);
    // What is under way is answered, and open connections get time to be let go; later there is no door, but never
    // half an answer.
    expect(attempts.filter(({ started, error }) => error && started < told + letGo)).toEqual([]);
    expect(attempts.filter(({ error }) => error?.$metadata?.httpStatusCode !== undefined)).toEqual([]);
  }));

test('what was answered before the end is there after it', () =>
  withServer(async (server) => {
    const { iam } = clientsFor(server.url, server.root);
    const made: string[] = [];
    const writing = Promise.all(
      Array.from({ length: 8 }, async () => {
        for (;;) {
          const UserName = unique('u');
          const refused = await iam.createUser({ UserName }).then(
            () => false,
            () => true,
          );
          if (refused) return;
          made.push(UserName);
        }
      }),
    );
    await sleep(300);
    await server.stop();
    await writing;
    await server.start();
    const { Users = [] } = await iam.listUsers({ MaxItems: 1000 });
    const known = new Set(Users.map(({ UserName }) => UserName));
    expect(made.length).toBeGreaterThan(8);
    expect(made.slice(0, 500).filter((name) => !known.has(name) && Users.length < 1000)).toEqual([]);
  }));

test('health, readiness with each check named, and metrics', () =>
  withServer(async (server) => {
    const get = async (path: string) => {
      const answer = await fetch(server.url + path);
      return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
    };
    expect(await get('/livez')).toMatchObject({ status: 200, body: expect.stringContaining('ok') });
    const ready = await get('/readyz');
    const { status, checks } = JSON.parse(ready.body) as {
      status: string;
      checks: Record<string, { ok: boolean; lag?: number }>;
    };
    expect([ready.status, status]).toEqual([200, 'ok']);
    expect(Object.keys(checks)).toEqual(expect.arrayContaining(['log', 'bus']));
    const lags = Object.entries(checks).filter(([name]) => name.startsWith('read model '));
    expect(lags.length).toBeGreaterThan(2);
    for (const [, { ok, lag }] of lags) expect([ok, typeof lag]).toEqual([true, 'number']);

    const { iam } = clientsFor(server.url, server.root);
    await iam.createUser({ UserName: 'ada' });
    await refusal(iam.createUser({ UserName: 'ada' }));
    const metrics = await get('/metrics');
    expect(metrics.type).toMatch(/^text\/plain/);
    expect(metrics.body).toMatch(/^muniment_requests_total\{operation="CreateUser",status="200"\} 1$/m);
    expect(metrics.body).toMatch(/^muniment_requests_total\{operation="CreateUser",status="409"\} 1$/m);
    expect(metrics.body).toMatch(/^muniment_projection_position\{projection="directory",rows="own"\} \d+$/m);
    expect(metrics.body).not.toContain('ada');
  }));

test('a setting that is unknown or unsafe stops the start and is named', async () => {
  const starting = (settings: Record<string, string>) => refusal(Server.start({ settings }));
  expect((await starting({ MUNIMENT_PROT: '1' })).message).toContain('MUNIMENT_PROT: there is no such setting');
  expect((await starting({ MUNIMENT_ROOT_SECRET_ACCESS_KEY: 'short' })).message).toContain(
    'MUNIMENT_ROOT_SECRET_ACCESS_KEY',
  );
});
