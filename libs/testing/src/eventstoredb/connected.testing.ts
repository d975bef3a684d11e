import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, jest } from '@jest/globals';
import {
  type AllStreamResolvedEvent,
  jsonEvent,
  KurrentDBClient,
  type ReadableSubscription,
  type ResolvedEvent,
} from '@kurrent/kurrentdb-client';
import { eventually } from '../eventually.js';
import { type DoubleSettings, EventStoreDouble } from './eventstore-double.js';

/** A double and the real client, for the tests of one file. */
export function connected(settings: DoubleSettings = {}, parameters = '&discoveryInterval=20') {
  const double = new EventStoreDouble(settings);
  const clients: KurrentDBClient[] = [];
  const connect = (more = parameters) => {
    const client = KurrentDBClient.connectionString(`${double.connectionString}${more}`);
    clients.push(client);
    return client;
  };
  jest.setTimeout(20_000);
  beforeAll(() => double.start());
  afterEach(async () => {
    double.faults.clear();
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
  });
  afterAll(() => double.stop());
  return { double, connect };
}

/** Holds within a time that a busy machine needs too. */
export const soon = (check: () => void | Promise<void>): Promise<void> => eventually(check, 10_000);

export const fresh = (name = 'thing'): string => `${name}-${randomUUID()}`;

export const noted = (n: number, id: string = randomUUID()) => jsonEvent({ id, type: 'Noted', data: { n } });

export const notes = (count: number) => Array.from({ length: count }, (_, n) => noted(n));

/** Collects what a read gives. */
export async function all<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const found: Event[] = [];
  for await (const event of events) found.push(event);
  return found;
}

export const numberOf = ({ event }: ResolvedEvent | AllStreamResolvedEvent): unknown =>
  (event?.data as { n?: unknown } | undefined)?.n;

export const numbers = async (events: AsyncIterable<ResolvedEvent | AllStreamResolvedEvent>): Promise<unknown[]> =>
  (await all(events)).map(numberOf);

/** What a subscription has said so far. */
export function heard(subscription: ReadableSubscription<ResolvedEvent | AllStreamResolvedEvent>) {
  const said = { numbers: [] as unknown[], events: [] as unknown[], errors: [] as Error[], marks: [] as string[] };
  subscription.on('data', (event: ResolvedEvent) => {
    said.numbers.push(numberOf(event));
    said.events.push(event);
  });
  subscription.on('error', (error) => said.errors.push(error));
  subscription.on('confirmation', () => said.marks.push('confirmation'));
  subscription.on('caughtUp', () => said.marks.push('caughtUp'));
  for (const end of ['end', 'close'] as const) subscription.on(end, () => said.marks.push(end));
  return said;
}
