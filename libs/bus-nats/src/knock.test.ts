import { getEventListeners } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { speaking } from './knock.js';

let server: Server;
let stop: AbortController;
const greeting: { text: string | undefined } = { text: undefined };

beforeEach(async () => {
  stop = new AbortController();
  server = createServer((socket) => greeting.text && socket.write(greeting.text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const url = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const nobody = 'nats://127.0.0.1:1';

test('who speaks is worth a connection, and who refuses says why to whoever makes it', async () => {
  greeting.text = 'INFO {}\r\n';
  expect(await speaking([url()], 2000, stop.signal)).toEqual([url()]);
  expect(await speaking([nobody], 2000, stop.signal)).toEqual([nobody]);
  expect(await speaking(['nats://[::1]:1'], 2000, stop.signal)).toEqual(['nats://[::1]:1']);
});

test('nothing is left of any number of tries', async () => {
  greeting.text = undefined;
  for (let tries = 0; tries < 20; tries++) await speaking([nobody], 2000, stop.signal);
  await expect(speaking([url()], 20, stop.signal)).rejects.toThrow('the server takes connections and says nothing');
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

test('nobody waits for a silent server who does not want it any more', async () => {
  greeting.text = undefined;
  const asked = speaking([url()], 60_000, stop.signal);
  stop.abort();
  await expect(asked).rejects.toThrow('says nothing');
});
