import type { Cluster } from './cluster.testing.js';
import type { Entry } from './history.testing.js';
import { failures, type Outcome } from './load.testing.js';
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

type Services = Pick<Cluster, 'services'>;

/** What went wrong, and what the services have said meanwhile: nobody is told more than to try again. */
export const explained = (cluster: Services, failures: readonly Entry[]): string[] => [
  ...told(failures),
  ...complaints(
    cluster,
    failures.map(({ began, milliseconds }) => ({ sent: began, milliseconds })),
  ),
];

/** The same of a load. */
export function reasons(cluster: Services, outcomes: readonly Outcome[]): string[] {
  const failed = outcomes.filter(({ error }) => error);
  return [...failures(failed), ...complaints(cluster, failed)];
}

function complaints({ services }: Services, calls: readonly Pick<Outcome, 'sent' | 'milliseconds'>[]): string[] {
  if (calls.length === 0) return [];
  const from = performance.timeOrigin + Math.min(...calls.map(({ sent }) => sent)) - beforeMilliseconds;
  const to = performance.timeOrigin + Math.max(...calls.map(({ sent, milliseconds }) => sent + milliseconds));
  return services.flatMap(({ name, replica, process }) =>
    complaintsIn(process.output, { from, to }).map((complaint) => `${name}-${replica} ${complaint}`),
  );
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
