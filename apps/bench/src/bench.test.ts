import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Client, credentialsIn } from './driver/client.js';
import { Lane, type Target } from './driver/lane.js';
import { load, median, once, percentile, repeat } from './driver/load.js';
import { signedCall } from './driver/query-call.js';
import { ResponseReader } from './driver/response-reader.js';
import { readOptions } from './options.js';
import { childrenOf, programName } from './server/children.js';
import { type Served, underLoad } from './server/under-load.js';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

let server: Server | undefined;
afterEach(() => void server?.close());

async function serve(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<Target> {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => answer(request, body, response));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const reply = (response: ServerResponse, status: number, body: string) =>
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);

async function lanesTo(target: Target, count: number): Promise<Lane[]> {
  return Promise.all(Array.from({ length: count }, () => Lane.open(target)));
}

test('every request is sent once, over the lanes there are, and every answer is counted', async () => {
  const bodies: string[] = [];
  const ports = new Set<number | undefined>();
  const target = await serve((request, body, response) => {
    bodies.push(body);
    ports.add(request.socket.remotePort);
    reply(response, 200, 'x'.repeat(200_000));
  });
  const lanes = await lanesTo(target, 3);
  const calls = Array.from({ length: 20 }, (_, index) => ({
    service: 'iam' as const,
    action: 'GetUser',
    parameters: { UserName: `user${index}` },
  }));
  const round = await load(lanes, once(calls.map((call) => signedCall(call, credentials, target))), 30);
  for (const lane of lanes) lane.close();
  expect(round).toMatchObject({ requests: 20, errors: 0, firstError: undefined });
  expect(round.latencies).toHaveLength(20);
  expect(bodies.sort()).toEqual(
    calls.map(({ parameters }) => `Action=GetUser&Version=2010-05-08&UserName=${parameters.UserName}`).sort(),
  );
  expect(ports.size).toBe(3);
});

test('answers other than 200 are errors, and the first of them is told', async () => {
  let count = 0;
  const target = await serve((_request, _body, response) => reply(response, ++count % 2 === 0 ? 403 : 200, 'denied'));
  const lanes = await lanesTo(target, 1);
  const request = signedCall({ service: 'sts', action: 'GetCallerIdentity' }, credentials, target);
  const round = await load(lanes, once(Array(6).fill(request)), 30);
  lanes[0]?.close();
  expect(round).toMatchObject({ requests: 6, errors: 3, firstError: '403 denied' });
});

test('a connection that the server closes is an error, not an endless wait', async () => {
  const target = await serve((request) => request.socket.destroy());
  const lanes = await lanesTo(target, 2);
  const request = signedCall({ service: 'sts', action: 'GetCallerIdentity' }, credentials, target);
  const round = await load(lanes, repeat([request]), 30);
  expect(round).toMatchObject({ requests: 0, errors: 2 });
});

test('load ends when its time is over', async () => {
  const target = await serve((_request, _body, response) => reply(response, 200, 'ok'));
  const lanes = await lanesTo(target, 2);
  const request = signedCall({ service: 'sts', action: 'GetCallerIdentity' }, credentials, target);
  const round = await load(lanes, repeat([request]), 0.05);
  for (const lane of lanes) lane.close();
  expect(round.errors).toBe(0);
  expect(round.requests).toBeGreaterThan(0);
  expect(round.seconds).toBeGreaterThanOrEqual(0.05);
});

test('single calls give the answer, and throw what the server says against them', async () => {
  const key = '<AccessKeyId>AKIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>';
  const target = await serve((_request, body, response) =>
    body.includes('CreateAccessKey') ? reply(response, 200, key) : reply(response, 400, '<Code>InvalidAction</Code>'),
  );
  const client = await Client.open(target);
  const answer = await client.call(credentials, { service: 'iam', action: 'CreateAccessKey' });
  expect(credentialsIn(answer)).toEqual({ accessKeyId: 'AKIA1', secretAccessKey: 's' });
  await expect(client.call(credentials, { service: 'iam', action: 'Nothing' })).rejects.toThrow('InvalidAction');
  client.close();
});

test('answers are cut apart wherever the bytes break', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello');
  for (let cut = 1; cut < bytes.length; cut++) {
    const reader = new ResponseReader(true);
    expect(reader.push(bytes.subarray(0, cut))).toBeUndefined();
    expect(reader.push(bytes.subarray(cut))).toEqual({
      status: 200,
      body: 'hello',
      head: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b',
    });
  }
});

test('percentiles are taken from the ascending list', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(new Float64Array(), 0.5)]).toEqual([
    51, 100, 0,
  ]);
  expect(median([3, 1, 2])).toBe(2);
});

const known = { solo: ['api', 'policy'], distributed: ['api', 'replicas'] };

test('options: solo and everything unless told', () => {
  expect(readOptions([], known)).toMatchObject({ form: 'solo', log: 'lmdb', only: [], seconds: 2, rounds: 5 });
});

test('options: lists may be written with commas or given one by one; benchmarks are those of the form', () => {
  const given = ['--form', 'distributed', '--log', 'double', '--only', 'api,replicas', '--operation', 'GetUser'];
  expect(readOptions([...given, '--operation', 'CreateUser'], known)).toMatchObject({
    form: 'distributed',
    log: 'double',
    only: ['api', 'replicas'],
    operations: ['GetUser', 'CreateUser'],
  });
});

test.each([
  ['--form=both', '--form: `both` is none of solo, distributed'],
  ['--form=distributed --only=policy', '--only: `policy` is none of api, replicas'],
  ['--log=double', '--log: the form `solo` has its log in itself'],
  ['--form=distributed --log=memory', '--log: `memory` is none of lmdb, double'],
  ['--seconds=0', '--seconds: `0` is not between 0 and 60'],
  ['--rounds=1.5', '--rounds: `1.5` is not between 1 and 20'],
])('options: %s is refused', (given, reason) => {
  expect(() => readOptions(given.split(' '), known)).toThrow(reason);
});

test('load is spread over the doors, and CPU time told by part', async () => {
  const doors = [0, 0];
  const targets: Target[] = [];
  const servers: Server[] = [];
  for (const door of doors.keys()) {
    targets.push(
      await serve((_request, _body, response) => {
        doors[door] = (doors[door] ?? 0) + 1;
        reply(response, 200, 'ok');
      }),
    );
    servers.push(server as Server);
  }
  let settled = 0;
  const served: Served = {
    targets,
    // As if each request cost the one part 10 µs and the other 20.
    usage: () => ({
      gateway: ((doors[0] ?? 0) + (doors[1] ?? 0)) * 10,
      nats: ((doors[0] ?? 0) + (doors[1] ?? 0)) * 20,
    }),
    settled: async () => void settled++,
  };
  const request = signedCall({ service: 'sts', action: 'GetCallerIdentity' }, credentials, targets[0] as Target);
  const requests = () => once(Array(20).fill(request));
  const figures = await underLoad(served, { lanes: 4, rounds: 2, seconds: 30, requests });
  for (const each of servers) each.close();
  expect(figures).toMatchObject({ errors: 0, cpu: { gateway: 10, nats: 20 } });
  expect(Math.min(...doors)).toBeGreaterThan(0);
  expect(settled).toBe(4);
});

test.each([
  ['/usr/bin/node\0/srv/muniment/apps/decisions/dist/main.js\0', 'decisions'],
  ['/usr/bin/node\0--cpu-prof\0/srv/apps/sts/dist/main.js\0', 'sts'],
  ['nats-server\0--config\0/data/nats.conf\0', 'nats'],
  ['/usr/bin/redis-server 127.0.0.1:6379\0', 'redis'],
])('a process is told by its command line: %j', (commandLine, name) => {
  expect(programName(commandLine)).toBe(name);
});

test('the children of a process are those that run', async () => {
  const child = spawn('/bin/sleep', ['60']);
  await new Promise((resolve) => child.once('spawn', resolve));
  expect(childrenOf(process.pid)).toContainEqual({ pid: child.pid, name: 'sleep' });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
  expect(childrenOf(process.pid).map(({ pid }) => pid)).not.toContain(child.pid);
});
