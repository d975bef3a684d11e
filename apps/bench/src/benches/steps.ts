import { type LmdbEventLog, openEventLog } from '@muniment/eventlog-lmdb';
import { type NewEvent, NO_STREAM, type Revision } from '@muniment/kernel';
import { Recorder, randomIds } from '@muniment/runtime';
import { costOf } from '../driver/cost.js';
import { median } from '../driver/load.js';
import { withInstallation } from '../server/running.js';
import type { Row, Table } from '../table.js';
import type { Bench } from './bench.js';
import { authorize, decode, encode, encodeList, facts, shape, verify } from './sample-call.js';

const listed = 200;
const together = 32;
const chunk = 500;

const columns: Table['columns'] = [
  { key: 'step', heading: 'step' },
  { key: 'cost', heading: 'CPU µs', decimals: 2 },
  { key: 'wall', heading: 'until durable µs' },
];

async function run(): Promise<readonly Table[]> {
  const rows: Row[] = [
    { step: 'signature: read, scope and time, verify', cost: await costOf(verify) },
    { step: 'GetUser: tell the operation, decode, check', cost: await costOf(decode) },
    { step: 'authorize: user with policies, compiled and remembered', cost: await costOf(authorize) },
    { step: 'GetUser: encode the answer', cost: await costOf(encode) },
    {
      step: `ListUsers: encode the answer, each of ${listed} items`,
      cost: (await costOf(encodeList(listed))) / listed,
    },
    ...(await storing()),
  ];
  return [{ title: 'steps: what the parts of one call cost in process', columns, rows }];
}

/** The steps that write, on a log of their own. */
async function storing(): Promise<Row[]> {
  return withInstallation(1, async ({ eventLog }) => {
    const log = await openEventLog({ path: eventLog });
    try {
      return [
        await appending(log, 1, 'append one event'),
        await appending(log, together, `append one event, ${together} at the same time`),
        await recording(log),
      ];
    } finally {
      await log.close();
    }
  });
}

/** Each writer has a stream of its own, as each account has. */
async function appending(log: LmdbEventLog, writers: number, step: string): Promise<Row> {
  const revisions: Revision[] = Array(writers).fill(NO_STREAM);
  const waits: number[] = [];
  const append = async () => {
    const start = performance.now();
    await Promise.all(
      revisions.map(async (revision, writer) => {
        const appended = await log.append(`bench${writers}-${writer}`, revision, [event]);
        revisions[writer] = appended.revision;
      }),
    );
    waits.push((performance.now() - start) * 1000);
  };
  return { step, cost: (await costOf(append)) / writers, wall: median(waits) };
}

/** One call's part of a chunk of many: shaping, hash chain and append. */
async function recording(log: LmdbEventLog): Promise<Row> {
  const failed = (error: unknown) => {
    throw error;
  };
  const recorder = new Recorder({ log, ids: randomIds, shape, now: () => new Date(), failed });
  const cost = await costOf(async () => {
    for (let count = 1; count < chunk; count++) void recorder.record(facts, false);
    await recorder.record(facts, true);
  });
  return { step: `call record, in chunks of ${chunk}`, cost: cost / chunk };
}

const event: NewEvent = {
  type: 'UserCreated',
  version: 1,
  data: { userId: 'AIDABENCH000000000001', userName: 'created-1', path: '/load/', tags: [] },
  meta: {
    eventId: '0d9c8b7a-6f5f-4f4f-8c7b-6a5f4e3d2c1b:0',
    commandId: '0d9c8b7a-6f5f-4f4f-8c7b-6a5f4e3d2c1b',
    requestId: '0d9c8b7a-6f5f-4f4f-8c7b-6a5f4e3d2c1b',
    at: '2026-01-01T00:00:00.000Z',
    actor: 'arn:aws:iam::111122223333:user/load/caller',
    accessKeyId: 'AKIABENCH00000000000',
    sourceIp: '127.0.0.1',
  },
};

/** The steps of a call by themselves: where optimising pays. */
export const steps: Bench = { name: 'steps', run };
