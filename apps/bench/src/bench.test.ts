import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Client, credentialsIn } from './driver/client.js';
import { Lane, type Target } from './driver/lane.js';
import { load, median, once, percentile, repeat } from './driver/load.js';
import { signedCall } from './driver/query-call.js';
import { ResponseReader } from './driver/response-reader.js';

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
    expect(reader.push(bytes.subarray(cut))).toEqual({ status: 200, body: 'hello' });
  }
});

test('percentiles are taken from the ascending list', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(new Float64Array(), 0.5)]).toEqual([
    51, 100, 0,
  ]);
  expect(median([3, 1, 2])).toBe(2);
});
