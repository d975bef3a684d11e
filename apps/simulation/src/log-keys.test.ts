import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import {
  dataKeys,
  EnvelopeSealer,
  LogKeys,
  type Projection,
  Projector,
  randomIds,
  Unsealable,
} from '@muniment/runtime';
import { fixedClock } from '@muniment/testing';

const subject = { account: '111111111111', id: 'AKIA1' };
const root = randomBytes(32);
let log: MemoryEventLog;
const started: Projector[] = [];

beforeEach(() => {
  log = new MemoryEventLog();
});

afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

/** A replica with rows of its own; they stay as they are until it follows. */
function replica() {
  const readModels = new MemoryReadModels();
  const projector = new Projector(dataKeys as unknown as Projection, log, readModels);
  const keys = new LogKeys({
    log,
    rows: readModels.rows(dataKeys),
    reached: (position) => projector.reached(position, 10),
    ids: randomIds,
    now: () => fixedClock().now(),
  });
  const follow = async () => {
    started.push(projector);
    await projector.start();
  };
  return { keys, sealer: new EnvelopeSealer(root, keys), follow };
}

test('what one replica has sealed another opens', async () => {
  const [one, other] = [replica(), replica()];
  await Promise.all([one.follow(), other.follow()]);
  const sealed = await one.sealer.seal(subject, 'a secret');
  expect(await other.sealer.open(subject, sealed)).toBe('a secret');
});

test('replicas that seal for a new subject at once use one key', async () => {
  const replicas = [replica(), replica(), replica()];
  const sealed = await Promise.all(replicas.map(({ sealer }, index) => sealer.seal(subject, `secret ${index}`)));
  const reader = replica();
  await reader.follow();
  const opened = await Promise.all(sealed.map(async (text) => reader.sealer.open(subject, text)));
  expect(opened).toEqual(['secret 0', 'secret 1', 'secret 2']);
});

test('a key is erased also by a replica that has not heard of it yet', async () => {
  const [maker, eraser] = [replica(), replica()];
  await maker.follow();
  const sealed = await maker.sealer.seal(subject, 'a secret');
  await eraser.sealer.erase(subject);
  await eraser.follow();
  for (const { sealer } of [maker, eraser])
    await expect(async () => sealer.open(subject, sealed)).rejects.toThrow(Unsealable);
});

test('an erased key does not come back: who seals again uses another', async () => {
  const [maker, late] = [replica(), replica()];
  await maker.follow();
  await late.follow();
  const sealed = await maker.sealer.seal(subject, 'a secret');
  await maker.sealer.erase(subject);
  const again = await late.sealer.seal(subject, 'another');
  const reader = replica();
  await reader.follow();
  expect(await reader.sealer.open(subject, again)).toBe('another');
  await expect(async () => reader.sealer.open(subject, sealed)).rejects.toThrow(Unsealable);
});

test('erasing what is not there writes nothing', async () => {
  const { sealer } = replica();
  await sealer.erase(subject);
  expect(await log.head()).toBe(0);
});
