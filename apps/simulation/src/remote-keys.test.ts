import { beforeEach, describe, expect, test } from '@jest/globals';
import { InProcessBus } from '@muniment/bus-inprocess';
import { DerivedKeys, keysPrefix, type LongTermAsked, longTermAnswers, RemoteKeys } from '@muniment/gateway';
import type { RecordedEvent } from '@muniment/kernel';
import { home } from './platform.testing.js';

const scope = { date: '20261120', region: 'us-east-1', service: 'iam', terminator: 'aws4_request' } as const;
const accessKeyId = 'AKIA1';

/** What the service of the keys has on its rows, and how far they go. */
let rows: { status: 'Active' | 'Inactive' | undefined; position: number; asked: number };
let bus: InProcessBus;
/** How far the gateway has seen the log. */
let position: number;
let keys: RemoteKeys;

beforeEach(async () => {
  rows = { status: 'Active', position: 5, asked: 0 };
  position = 5;
  bus = new InProcessBus();
  const from = {
    anywhere: async (_: unknown, id: string) =>
      rows.status && {
        account: home,
        row: { accessKeyId: id, userId: home, status: rows.status, createdAt: '', sealed: id },
      },
    findById: async () => undefined,
  } as never;
  const sealer = { open: () => 'a secret', openToken: () => undefined };
  const answer = longTermAnswers({
    // A cache of its own would drop what its rows no longer say.
    get keys() {
      return new DerivedKeys({ from, sealer, partition: 'aws', caughtUp: async () => undefined });
    },
    reached: () => true,
    holds: (asked) => asked <= rows.position,
  });
  await bus.respond(keysPrefix, (_, asked: LongTermAsked) => {
    rows.asked++;
    return answer(asked);
  });
  keys = new RemoteKeys({ bus, position: () => position });
});

const event = (type: string, data: object): RecordedEvent => ({ type, data }) as RecordedEvent;
const active = async () => (await keys.longTerm(accessKeyId, scope))?.active;

/** An event that the gateway sees: it is in the log. */
function happens(type: string, data: object): void {
  position++;
  keys.seen([event(type, data)]);
}

test('a key is asked for once, until an event ends it', async () => {
  expect([await active(), await active(), rows.asked]).toEqual([true, true, 1]);
  rows = { ...rows, status: 'Inactive', position: 6 };
  happens('AccessKeyStatusChanged', { accessKeyId, status: 'Inactive' });
  expect([await active(), await active(), rows.asked]).toEqual([false, false, 2]);
});

describe('while the rows of the keys are behind what the gateway has seen, their log being away', () => {
  beforeEach(() => happens('AccessKeyDeleted', { accessKeyId }));

  test('their last state is the answer', async () => {
    expect(await active()).toBe(true);
  });

  test('and is not remembered: the event that ends it is not seen again', async () => {
    await active();
    rows = { ...rows, status: undefined, position: 6 };
    expect(await active()).toBeUndefined();
  });
});
