import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { credentials, rootKeyEvents } from '@muniment/credentials/contract';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { Aggregate } from '@muniment/kernel';
import { makeLogger, Metrics } from '@muniment/nest';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { LogUnavailable, type Projection, Writer } from '@muniment/runtime';
import { LocalRows } from './local-rows.js';

const projection = credentials as unknown as Projection;
const accounts = ['111122223333', '444455556666'];

/** A log that can be away, at once or after some pages. */
class LeavingLog extends MemoryEventLog {
  /** Pages that it still hands out. */
  pages = Number.POSITIVE_INFINITY;

  override async readAll(...[categories, after]: Parameters<MemoryEventLog['readAll']>) {
    this.#mustBeThere();
    this.pages--;
    return super.readAll(categories, after, 1);
  }

  override async head() {
    this.#mustBeThere();
    return super.head();
  }

  #mustBeThere(): void {
    if (this.pages <= 0) throw new LogUnavailable('it is away');
  }
}

let log: LeavingLog;
/** What stays on a replica's disk. */
let readModels: MemoryReadModels;
const opened: LocalRows[] = [];

beforeEach(async () => {
  log = new LeavingLog();
  readModels = new MemoryReadModels();
  for (const account of accounts) {
    const id = `AKIA${account}`;
    const meta = { eventId: id, commandId: id, requestId: id, at: '2026-11-22T10:00:00.000Z', actor: 'muniment' };
    const writer = new Writer(credentials as Aggregate, account, log, new MemoryReadModels());
    const events = rootKeyEvents(account, id, 'sealed');
    await writer.write(() => ({ events, answer: () => undefined }), meta);
  }
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((rows) => rows.close()));
});

/** A process that starts on what is on the disk; whether it has begun to answer. */
async function started() {
  const parts = { log, logger: makeLogger('silent'), metrics: new Metrics(), failed: () => undefined };
  const rows = await LocalRows.over(readModels, parts, [projection]);
  opened.push(rows);
  let answers = false;
  const starting = rows.start().then(() => {
    answers = true;
  });
  return { rows, starting, answers: () => answers };
}

const holding = ({ rows }: { rows: LocalRows }) => rows.projectors[0]?.position;

test('rows that were whole are the last state: they are answered with when the log is away', async () => {
  await (await started()).starting;
  log.pages = 0;
  const again = await started();
  await again.starting;
  expect([again.rows.holds(0), holding(again)]).toEqual([true, 2]);
});

test('rows that were made in part when a process ended are no state: nothing is answered before the log is back', async () => {
  log.pages = 1;
  const first = await started();
  await sleep(50);
  expect([first.answers(), holding(first)]).toEqual([false, 1]);
  await first.rows.close();
  await expect(first.starting).rejects.toThrow('closed');
  log.pages = 0;
  const second = await started();
  await sleep(400);
  expect([second.answers(), holding(second), await second.rows.reached(0)]).toEqual([false, 1, false]);
  log.pages = Number.POSITIVE_INFINITY;
  await second.starting;
  expect(holding(second)).toBe(await log.head());
});
