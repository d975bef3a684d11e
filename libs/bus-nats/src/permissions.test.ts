import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { BusUnavailable } from '@muniment/runtime';
import { eventually, Slowness, startNats } from '@muniment/testing';
import { busesOn } from './buses.testing.js';

const slowness = new Slowness();

/** Each user: its own subjects, an inbox of its own, and answers only to whom asked it. As in deploy/. */
const config = `
authorization {
  users: [
    { user: gateway, password: g, permissions: {
        publish: { allow: ["muniment.directory.*", "$SRV.>"] }
        subscribe: { allow: ["_INBOX_gateway.>", "muniment.hints.*"] } } }
    { user: directory, password: d, permissions: {
        publish: { allow: ["muniment.hints.*"] }
        subscribe: { allow: ["muniment.directory.*", "$SRV.>", "_INBOX_directory.>"] }
        allow_responses: { max: 1, expires: "1m" } } }
  ]
}`;

const gateway = { user: 'gateway', password: 'g', inboxPrefix: '_INBOX_gateway' };
const directory = { user: 'directory', password: 'd', inboxPrefix: '_INBOX_directory' };

let url = '';
const open = busesOn(() => url);
const raws: NatsConnection[] = [];

beforeAll(async () => {
  ({ url } = await startNats({ config }));
});
afterEach(() => Promise.all(raws.splice(0).map((raw) => raw.close())));

/** What a stolen password can do, without our own code. */
async function raw({ user, password }: { user: string; password: string }): Promise<NatsConnection> {
  const connection = await connect({ servers: [url], user, pass: password });
  raws.push(connection);
  return connection;
}

/** The server's answer to an attempt to listen. */
async function listening(connection: NatsConnection, subject: string, heard: unknown[]): Promise<string | undefined> {
  let refusal: string | undefined;
  connection.subscribe(subject, {
    callback: (error, msg) => {
      if (error) refusal = error.message;
      else heard.push(msg.subject);
    },
  });
  await connection.flush();
  return refusal;
}

const silent = { onError: () => undefined };

describe('bus over nats, with a user for each service', () => {
  test('the right ones can ask and answer, also with a failure, and describe themselves', async () => {
    const service = { name: 'directory', version: '1.2.3', description: 'users' };
    const [answering, asking] = [await open('d', { ...directory, ...silent, service }), await open('g', gateway)];
    await answering.respond('muniment.directory', async (_, n: number) => {
      if (n < 0) throw new Error('no');
      return n;
    });
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    expect(await Promise.all(numbers.map((n) => asking.request('muniment.directory.X', n)))).toEqual(numbers);
    await expect(asking.request('muniment.directory.X', -1)).rejects.toThrow('the service failed');
    expect(await asking.askServices('PING', undefined, 300)).toEqual([expect.objectContaining({ name: 'directory' })]);
  });

  test('one cannot read what the other is answered, or asked', async () => {
    const [answering, asking] = [await open('d', directory), await open('g', gateway)];
    await answering.respond('muniment.directory', async (_, n) => n);
    const heard: unknown[] = [];
    const [likeDirectory, likeGateway] = [await raw(directory), await raw(gateway)];
    for (const subject of ['_INBOX_gateway.>', '_INBOX.>', '>', '_INBOX_gateway.*.*'])
      expect(await listening(likeDirectory, subject, heard)).toContain('Permissions Violation for Subscription');
    for (const subject of ['_INBOX_directory.>', 'muniment.directory.*', 'muniment.>', '>'])
      expect(await listening(likeGateway, subject, heard)).toContain('Permissions Violation for Subscription');
    expect(await asking.request('muniment.directory.X', 1)).toBe(1);
    expect(heard).toEqual([]);
  });

  test('one cannot answer in the place of the other', async () => {
    const [answering, asking] = [await open('d', directory), await open('g', { ...gateway, ...silent })];
    await answering.respond('muniment.directory', async () => 'directory');
    await expect(asking.respond('muniment.directory', async () => 'gateway')).rejects.toThrow(
      'not allowed to listen on `muniment.directory.*`',
    );
    for (let time = 0; time < 20; time++) expect(await asking.request('muniment.directory.X', {})).toBe('directory');
    // An answer that nobody asked for does not reach an inbox, however well it is known.
    const heard: unknown[] = [];
    const [likeDirectory, likeGateway] = [await raw(directory), await raw(gateway)];
    expect(await listening(likeGateway, '_INBOX_gateway.known.>', heard)).toBeUndefined();
    likeDirectory.publish('_INBOX_gateway.known.1', 'forged');
    await likeDirectory.flush();
    await likeGateway.flush();
    expect(heard).toEqual([]);
  });

  test('a request that is not allowed fails at once, and only it', async () => {
    const [answering, asking] = [await open('d', directory), await open('g', { ...gateway, ...silent })];
    await answering.respond('muniment.directory', async (_, n) => n);
    const start = performance.now();
    const refused = asking.request('muniment.credentials.X', {}).catch((error: unknown) => error);
    const allowed = asking.request('muniment.directory.X', 1);
    expect(await refused).toBeInstanceOf(BusUnavailable);
    expect(String(await refused)).toContain('the server does not allow it');
    expect(performance.now() - start).toBeLessThan(slowness.bound(500));
    expect(await allowed).toBe(1);
  });

  test.each([
    ['a wrong password', { ...gateway, password: 'wrong' }, /authorization violation/i],
    [
      'an inbox of another',
      { ...gateway, inboxPrefix: '_INBOX_directory' },
      /not allowed to listen on `_INBOX_directory/,
    ],
  ])('%s: the state tells why there is no bus', async (_, options, reason) => {
    const bus = await open('g', { ...options, ...silent });
    expect(bus.state).toMatchObject({ name: 'reconnecting', reason: expect.stringMatching(reason) });
    await expect(bus.request('muniment.directory.X', {})).rejects.toThrow(reason);
  });

  test('credentials that are put right are used without a restart', async () => {
    const server = await startNats({ config: config.replace('password: g,', 'password: old,') });
    const bus = await open('g', { ...gateway, url: server.url });
    expect(bus.state.name).toBe('reconnecting');
    await writeFile(join(server.dataDirectory, 'nats.conf'), config);
    await server.kill('SIGHUP');
    await eventually(() => expect(bus.state.name).toBe('connected'));
    await server.stop();
  });
});
