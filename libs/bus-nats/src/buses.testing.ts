import { afterEach } from '@jest/globals';
import { type NatsBus, type NatsOptions, openNats } from './index.js';

/** Buses of a test file, closed after each of its tests. */
export function busesOn(url: () => string) {
  const opened: NatsBus[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((bus) => bus.close())));
  return async (name: string, options: Partial<NatsOptions> = {}): Promise<NatsBus> => {
    const bus = await openNats({ url: url(), name, drainMilliseconds: 500, ...options });
    opened.push(bus);
    return bus;
  };
}
