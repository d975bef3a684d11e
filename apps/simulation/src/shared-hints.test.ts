import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InProcessBus } from '@muniment/bus-inprocess';
import { openEventLog } from '@muniment/eventlog-lmdb';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { appendedHint, type EventLog, hintedPosition, Projector, sharedHints } from '@muniment/runtime';
import { eventually } from '@muniment/testing';
import { FaultyLog } from './faults.testing.js';
import { projection, taken } from './histories.testing.js';

const stream = 'ledger-111111111111';
const never = { pollMilliseconds: 60_000 };

describe('several processes over one log in LMDB', () => {
  let path: string;
  const opened: EventLog[] = [];
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'muniment-hints-'));
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    rmSync(path, { recursive: true, force: true });
  });
  const process = async (bus: InProcessBus, options = never): Promise<EventLog> => {
    const log = sharedHints(await openEventLog({ path }), bus, options);
    opened.push(log);
    return log;
  };

  test('each hears of what the other appends, and follows it', async () => {
    const bus = new InProcessBus();
    const [one, two] = [await process(bus), await process(bus)];
    const projector = new Projector(projection, two, new MemoryReadModels());
    await projector.start();
    for (let revision = -1; revision < 5; revision++) await one.append(stream, revision, [taken(`n${revision}`)]);
    await eventually(() => expect(projector.position).toBe(6));
    await projector.stop();
  });

  test('hints that are lost are made up for within a poll (R9)', async () => {
    const [one, two] = [await process(new InProcessBus()), await process(new InProcessBus(), { pollMilliseconds: 50 })];
    const projector = new Projector(projection, two, new MemoryReadModels());
    await projector.start();
    await one.append(stream, -1, [taken('a')]);
    await eventually(() => expect(projector.position).toBe(1));
    await projector.stop();
  });
});

describe('hints', () => {
  test('are published once for appends that end together, and not for none', async () => {
    const bus = new InProcessBus();
    const hints: unknown[] = [];
    bus.subscribe(appendedHint, (hint) => hints.push(hint));
    const log = sharedHints(new FaultyLog(), bus, never);
    await Promise.all(['a', 'b', 'c'].map((name) => log.append(`ledger-${name}`, -1, [taken(name)])));
    await log.append('ledger-d', -1, []);
    await sleep(5);
    expect(hints).toEqual([{ position: 3 }]);
    await log.close();
  });

  test('are told to those who listen, whatever comes over the bus', async () => {
    const bus = new InProcessBus();
    const log = sharedHints(new FaultyLog(), bus, never);
    const heard: number[] = [];
    const stop = log.onAppended((position) => heard.push(position));
    for (const hint of [undefined, null, 'x', {}, { position: '5' }, { position: -1 }, { position: 0.5 }]) {
      expect(hintedPosition(hint)).toBeUndefined();
      bus.publish(appendedHint, hint);
    }
    for (const position of [7, 3, 7]) bus.publish(appendedHint, { position });
    expect(heard).toEqual([7, 3, 7]);
    stop();
    bus.publish(appendedHint, { position: 9 });
    expect(heard).toEqual([7, 3, 7]);
    await log.close();
  });

  test('of what the log does not hold do no harm', async () => {
    const bus = new InProcessBus();
    const inner = new FaultyLog();
    const log = sharedHints(inner, bus, never);
    const projector = new Projector(projection, log, new MemoryReadModels());
    await projector.start();
    inner.reads = 0;
    bus.publish(appendedHint, { position: 1_000_000 });
    await sleep(50);
    expect(inner.reads).toBeLessThan(3);
    await log.append(stream, -1, [taken('a')]);
    expect(await projector.reached(1, 1000)).toBe(true);
    await projector.stop();
    await log.close();
  });

  test('an outage of the log ends no poll', async () => {
    const inner = new FaultyLog();
    const log = sharedHints(inner, new InProcessBus(), { pollMilliseconds: 10 });
    const heard: number[] = [];
    log.onAppended((position) => heard.push(position));
    inner.hint = () => undefined;
    inner.away = true;
    await inner.append(stream, -1, [taken('a')]);
    await sleep(40);
    expect(heard).toEqual([]);
    inner.away = false;
    await eventually(() => expect(heard).toEqual([1]));
    await sleep(40);
    expect(heard).toEqual([1]);
    await log.close();
  });
});
