import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { credentials, rootKeyEvents } from '@muniment/credentials/contract';
import type { Aggregate, Event } from '@muniment/kernel';
import { Metrics, readConfiguration } from '@muniment/nest';
import { EnvelopeSealer, Writer } from '@muniment/runtime';
import { pino } from 'pino';
import { Solo } from './solo.js';
import { closeStores, openStores } from './stores.js';

const account = '111122223333';
const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

const settings = () => {
  const path = mkdtempSync(join(tmpdir(), 'muniment-rebuild-'));
  made.push(path);
  return readConfiguration({ MUNIMENT_DATA_DIR: path, MUNIMENT_ACCOUNT_ID: account });
};

const never = (error: unknown): never => {
  throw error;
};

const open = (configuration: ReturnType<typeof settings>, failed: (error: unknown) => void = never) =>
  Solo.open({ configuration, logger: pino({ level: 'silent' }), metrics: new Metrics(), failed });

/** A key that was made and deleted while nobody followed the log: one step of a projection sees both. */
async function madeAndDeleted(configuration: ReturnType<typeof settings>): Promise<void> {
  const stores = await openStores(configuration, never);
  const sealer = new EnvelopeSealer(stores.rootKey, stores.keys);
  const sealed = await sealer.seal({ account, id: 'AKIAGONE000000000001' }, 'a secret of old');
  const events = [
    ...rootKeyEvents(account, 'AKIAGONE000000000001', sealed),
    { type: 'AccessKeyDeleted', data: { accessKeyId: 'AKIAGONE000000000001' } },
  ] as Event[];
  const id = 'made-and-deleted';
  const meta = { eventId: id, commandId: id, requestId: id, at: '2026-11-20T10:00:00.000Z', actor: 'muniment' };
  const writer = new Writer(credentials as Aggregate, account, stores.log, stores.readModels);
  await writer.write(() => ({ events, answer: () => undefined }), meta);
  await closeStores(stores);
}

test('read models are made again from a log in which a key was made and deleted', async () => {
  const configuration = settings();
  await (await open(configuration)).close();
  await madeAndDeleted(configuration);
  const failures: unknown[] = [];
  const solo = await open(configuration, (error) => failures.push(error));
  expect((await solo.checks()).filter(({ ok }) => !ok)).toEqual([]);
  await solo.close();
  expect(failures).toEqual([]);
});

test('the secret of a deleted key is erased, whenever its deletion is first seen (S29)', async () => {
  const configuration = settings();
  await (await open(configuration)).close();
  await madeAndDeleted(configuration);
  await (await open(configuration)).close();
  const stores = await openStores(configuration, never);
  expect(stores.keys.get(`${account}/AKIAGONE000000000001`)).toBeUndefined();
  await closeStores(stores);
});

test('a root key that is preset for two accounts is refused: who uses it would be taken for either', async () => {
  const configuration = readConfiguration({
    MUNIMENT_MEMORY: 'true',
    MUNIMENT_ACCOUNT_ID: account,
    MUNIMENT_ROOT_ACCESS_KEY_ID: 'AKIASHARED0000000001',
    MUNIMENT_ROOT_SECRET_ACCESS_KEY: 'x'.repeat(40),
    MUNIMENT_ACCOUNTS: `444455556666:AKIASHARED0000000001:${'y'.repeat(40)}`,
  });
  await expect(open(configuration)).rejects.toThrow('is preset for two accounts');
});
