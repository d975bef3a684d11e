import { afterEach } from '@jest/globals';
import { NO_STREAM } from '@muniment/kernel';
import type { LogUnavailable } from '@muniment/runtime';
import {
  type DoubleSettings,
  EventStoreDouble,
  eventually,
  happened,
  Slowness,
  startProxy,
  type TcpProxy,
} from '@muniment/testing';
import { type EventStoreLog, type EventStoreOptions, openEventStore } from './event-store-log.js';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export async function double(settings?: DoubleSettings): Promise<EventStoreDouble> {
  const server = await new EventStoreDouble(settings).start();
  closing.push(() => server.stop());
  return server;
}

/** A server behind a network that can be broken. */
export async function behindProxy(): Promise<{ server: EventStoreDouble; proxy: TcpProxy; url: string }> {
  const server = await double();
  const proxy = await startProxy(server.port);
  closing.push(() => proxy.close());
  return { server, proxy, url: `kurrentdb://127.0.0.1:${proxy.port}?tls=false` };
}

export async function opened(
  url: string,
  options: Partial<EventStoreOptions> = {},
): Promise<{ log: EventStoreLog; failures: LogUnavailable[] }> {
  const failures: LogUnavailable[] = [];
  const log = await openEventStore({
    url,
    deadlineMilliseconds: 5000,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  closing.push(() => log.close());
  return { log, failures };
}

/** The deadline that services have, on a log that has already connected: the first time takes its own time. */
export async function quick(url: string): ReturnType<typeof opened> {
  const { log, failures } = await opened(url, { deadlineMilliseconds: 800 });
  await eventually(async () => {
    await log.append('warmup-1', NO_STREAM, [happened(0)]);
    await log.readAll(['warmup'], 0, 1);
  }, 5000);
  failures.length = 0;
  return { log, failures };
}

const slowness = new Slowness();

/** Within a second by design; the rest is for a machine that has other things to do. */
export const soon = (): number => slowness.bound(1100);

export interface Timed {
  readonly milliseconds: number;
  readonly value: unknown;
}

/** What came of it, an error too, and how long it took. */
export async function timed(act: () => Promise<unknown>): Promise<Timed> {
  const start = performance.now();
  const value = await act().catch((error: unknown) => error);
  return { milliseconds: performance.now() - start, value };
}
