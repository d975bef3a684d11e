import type { Cluster } from './cluster.testing.js';
import type { Entry } from './history.testing.js';
import { told } from './steady.testing.js';

/** A line of a service's log. */
interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly reason?: string;
  readonly err?: { readonly message?: string };
}

const warning = 40;
/** What a call fails of may have been said before it came. */
const beforeMilliseconds = 1000;

/** What went wrong, and what the services have said meanwhile: nobody is told more than to try again. */
export function explained({ services }: Pick<Cluster, 'services'>, failures: readonly Entry[]): string[] {
  if (failures.length === 0) return [];
  const from = Math.min(...failures.map(({ began }) => began));
  const to = Math.max(...failures.map(({ began, milliseconds }) => began + milliseconds));
  const said = services.flatMap(({ name, replica, process }) =>
    complaintsIn(process.output, {
      from: performance.timeOrigin + from - beforeMilliseconds,
      to: performance.timeOrigin + to,
    }).map((complaint) => `${name}-${replica} ${complaint}`),
  );
  return [...told(failures), ...said];
}

/** Each complaint once, with how often it was made, and when first. */
function complaintsIn(output: string, { from, to }: { from: number; to: number }): string[] {
  const complaints = new Map<string, { first: Date; count: number }>();
  for (const { level, time, msg, reason, err } of output.split('\n').flatMap(lineOf)) {
    if (level < warning || time < from || time > to) continue;
    const text = [msg, reason, err?.message].filter(Boolean).join(': ');
    const known = complaints.get(text);
    if (known) known.count++;
    else complaints.set(text, { first: new Date(time), count: 1 });
  }
  return [...complaints].map(([text, { first, count }]) => `${count} times from ${first.toISOString()} on: ${text}`);
}

function lineOf(text: string): Line[] {
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
