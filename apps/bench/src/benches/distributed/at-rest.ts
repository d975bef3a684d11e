import { setTimeout as after } from 'node:timers/promises';
import type { Platform } from '../../server/platform.js';

const seconds = 5;

/** CPU microseconds in a second without a request. */
export async function atRest(platform: Platform): Promise<Readonly<Record<string, number>>> {
  await platform.settled();
  const before = platform.usage();
  await after(seconds * 1000);
  return Object.fromEntries(
    Object.entries(platform.usage()).map(([part, now]) => [part, (now - (before[part] ?? 0)) / seconds]),
  );
}
