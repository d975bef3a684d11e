import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './history.testing.js';

/** Faults last as long as a change can wait for its checks, or as long as the requirement says. */
export const long = process.env['MUNIMENT_TEST_FAULTS'] === 'long';

/** One call of a load: when it was sent, how long its answer took, and why it failed if it did. */
export interface Outcome {
  readonly name: string;
  /** As `performance.now()` tells it. */
  readonly sent: number;
  readonly milliseconds: number;
  readonly answer: Answer | undefined;
  readonly error: Error | undefined;
}

interface MetadataBearer {
  readonly $metadata: { readonly requestId?: string; readonly httpStatusCode?: number };
}

export async function timed(name: string, call: () => Promise<unknown>): Promise<Outcome> {
  const sent = performance.now();
  const told = await call().then(
    (output) => ({ output, error: undefined }),
    (error: Error) => ({ output: error, error }),
  );
  const { requestId = '', httpStatusCode: status = 0 } =
    (told.output as Partial<MetadataBearer> | undefined)?.$metadata ?? {};
  const answer = requestId === '' ? undefined : { requestId, operation: name, status };
  return { name, sent, milliseconds: performance.now() - sent, answer, error: told.error };
}

/** Answers that have come, refusals too: each must be on record. */
export const answersIn = (outcomes: readonly Outcome[]): readonly Answer[] =>
  outcomes.flatMap(({ answer }) => (answer ? [answer] : []));

/** Calls that go on, each kind one after the other, while something is broken. */
export class Load {
  readonly outcomes: Outcome[] = [];
  readonly #loops: readonly Promise<void>[];
  #stopping = false;

  constructor(calls: Readonly<Record<string, () => Promise<unknown>>>, pauseMilliseconds = 25) {
    this.#loops = Object.entries(calls).map(async ([name, call]) => {
      while (!this.#stopping) {
        this.outcomes.push(await timed(name, call));
        await sleep(pauseMilliseconds);
      }
    });
  }

  of(name: string): readonly Outcome[] {
    return this.outcomes.filter((outcome) => outcome.name === name);
  }

  async stop(): Promise<readonly Outcome[]> {
    this.#stopping = true;
    await Promise.all(this.#loops);
    return this.outcomes;
  }
}

/** Nearest rank, as in `percentile(times, 99)`. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export const longest = (outcomes: readonly Outcome[]): number =>
  Math.max(0, ...outcomes.map(({ milliseconds }) => milliseconds));

/** How SDKs name a failure, with its status: `ServiceUnavailable 503`. */
export function faultOf(error: Error | undefined): string | undefined {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
  return error && `${error.name} ${status ?? error.message}`;
}

/** The only thing that may be said while something is away; JSON services have their own form of it. */
export const isAway = (error: Error | undefined): boolean =>
  /^ServiceUnavailable(Exception)? 503$/.test(faultOf(error) ?? '');

/** What failed and how, without repetition. */
export const failures = (outcomes: readonly Outcome[]): string[] => [
  ...new Set(outcomes.flatMap(({ name, error }) => (error ? [`${name}: ${faultOf(error)}`] : []))),
];

/** What failed otherwise than because something is away. */
export const wrong = (outcomes: readonly Outcome[]): string[] =>
  failures(outcomes.filter(({ error }) => !isAway(error)));

/** One line of figures for a row of the requirements, where whoever runs the tests sees it. */
export function tell(row: string, figures: Readonly<Record<string, string | number>>): void {
  const text = Object.entries(figures).map(([name, value]) => {
    return `${name} ${typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(1) : value}`;
  });
  process.stdout.write(`${row}: ${text.join(', ')}\n`);
}
