import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../eventually.js';
import { firstAnswer } from './first-answer.js';
import { needsServer, type ServerProcess, startNats, startProxy, startRedis, type TcpProxy } from './index.js';

needsServer('redis');
needsServer('nats');

let redis: ServerProcess;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => redis.stop());

const ask = (command: string, port = redis.port) => firstAnswer(port, `${command}\r\n`, 300);

describe('a Redis of a test', () => {
  test('what it acknowledged is there after kill -9, and not after an empty restart', async () => {
    expect(await ask('SET name value')).toBe('+OK\r\n');
    await redis.kill();
    await expect(ask('GET name')).rejects.toThrow('ECONNREFUSED');
    await redis.restart();
    expect(await ask('GET name')).toBe('$5\r\nvalue\r\n');
    await redis.restart({ empty: true });
    expect(await ask('GET name')).toBe('$-1\r\n');
  });

  test('goes back to a copy', async () => {
    await ask('SET name older');
    const copy = await redis.copyData();
    await ask('SET name newer');
    await redis.restart({ from: copy });
    expect(await ask('GET name')).toBe('$5\r\nolder\r\n');
  });

  test('answers nothing while it is paused', async () => {
    redis.pause();
    await expect(ask('PING')).rejects.toThrow('no answer');
    redis.resume();
    expect(await ask('PING')).toBe('+PONG\r\n');
  });

  test('leaves nothing behind', async () => {
    const { dataDirectory } = redis;
    expect(existsSync(dataDirectory)).toBe(true);
    await redis.stop();
    expect(existsSync(dataDirectory)).toBe(false);
    await expect(ask('PING')).rejects.toThrow('ECONNREFUSED');
  });

  test('says why it does not start', async () => {
    await expect(startRedis({ args: ['--no-such-setting', '1'] })).rejects.toThrow('did not start');
  });
});

test('a NATS server takes its configuration and starts again on its port', async () => {
  const nats = await startNats({ config: 'max_payload: 4096' });
  expect(await firstAnswer(nats.port)).toContain('"max_payload":4096');
  await nats.kill();
  await nats.restart();
  expect(await firstAnswer(nats.port)).toContain('"max_payload":4096');
  await nats.stop();
});

describe('a proxy', () => {
  let proxy: TcpProxy;
  beforeEach(async () => {
    proxy = await startProxy(redis.port);
  });
  afterEach(() => proxy.close());

  /** A connection that stays, and what became of it. */
  async function connected(): Promise<{ socket: Socket; answers: () => string; ended: () => string | undefined }> {
    const socket = connect(proxy.port, '127.0.0.1');
    let answers = '';
    let end: string | undefined;
    socket.on('data', (bytes) => {
      answers += bytes;
    });
    socket.on('end', () => {
      end ??= 'FIN';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end ??= error.code;
    });
    socket.write('PING\r\n');
    await eventually(() => expect(answers).toBe('+PONG\r\n'));
    return { socket, answers: () => answers, ended: () => end };
  }

  test.each([
    ['cut', 'FIN'],
    ['reset', 'ECONNRESET'],
  ] as const)('%s ends connections; new ones pass', async (fault, expected) => {
    const { ended } = await connected();
    proxy[fault]();
    await eventually(() => expect(ended()).toBe(expected));
    await eventually(() => expect(proxy.connections).toBe(0));
    expect(await ask('PING', proxy.port)).toBe('+PONG\r\n');
  });

  test('a black hole holds what is sent until it passes, on old connections and new ones', async () => {
    const { socket, answers, ended } = await connected();
    proxy.blackHole();
    socket.write('PING\r\n');
    const late = firstAnswer(proxy.port, 'PING\r\n', 2000);
    await setTimeout(200);
    expect(answers()).toBe('+PONG\r\n');
    expect(ended()).toBeUndefined();
    await proxy.pass();
    await eventually(() => expect(answers()).toBe('+PONG\r\n+PONG\r\n'));
    expect(await late).toBe('+PONG\r\n');
    socket.destroy();
  });

  test('lost answers: the server has done what it was asked', async () => {
    const { socket, answers, ended } = await connected();
    proxy.dropAnswers();
    socket.write('SET name value\r\n');
    await eventually(async () => expect(await ask('GET name')).toBe('$5\r\nvalue\r\n'));
    await setTimeout(50);
    expect([answers(), ended()]).toEqual(['+PONG\r\n', undefined]);
    await proxy.pass();
    await eventually(() => expect(ended()).toBe('ECONNRESET'));
    expect(await ask('GET name', proxy.port)).toBe('$5\r\nvalue\r\n');
  });

  test('a delay counts each way', async () => {
    proxy.delay(100);
    const start = performance.now();
    expect(await ask('PING', proxy.port)).toBe('+PONG\r\n');
    expect(performance.now() - start).toBeGreaterThanOrEqual(195);
  });

  test('refused until it passes, on the same port', async () => {
    const { ended } = await connected();
    await proxy.refuse();
    await eventually(() => expect(ended()).toBe('ECONNRESET'));
    await expect(ask('PING', proxy.port)).rejects.toThrow('ECONNREFUSED');
    await proxy.pass();
    expect(await ask('PING', proxy.port)).toBe('+PONG\r\n');
  });

  test('a server that is away resets, as it would without a proxy', async () => {
    const { ended } = await connected();
    await redis.kill();
    await eventually(() => expect(ended()).toBeDefined());
    await expect(ask('PING', proxy.port)).rejects.toThrow('ECONNRESET');
  });
});
