/** What clients have asked for and heard. */

/** `unknown`: connection lost, no answer in time, or an error of the server's: it may have happened. */
export type Outcome = 'ok' | 'fail' | 'unknown';

export interface Asked {
  readonly operation: string;
  /** Name of the user that it is about. */
  readonly user: string;
  /** What is to be: value of both tags, number of the policy, id of the key. */
  readonly value?: string | undefined;
  /** Name of the error that must be the answer. */
  readonly expects?: string | undefined;
}

export interface Entry extends Asked {
  readonly began: number;
  /** Undefined while it is under way. */
  outcome: Outcome | undefined;
  milliseconds: number;
  /** How often a client has tried by itself. */
  attempts: number;
  output: unknown;
  error: { readonly name: string; readonly message: string } | undefined;
}

/** An answer that has come, also one that a client's own retries have hidden. */
export interface Answer {
  readonly requestId: string;
  readonly operation: string;
  readonly status: number;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How the client's own errors tell what has become of a call. */
export function outcomeOf(error: unknown): 'fail' | 'unknown' {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && status < 500 ? 'fail' : 'unknown';
}

/**
 * Nobody listens there: nothing was sent, and a load balancer would have taken another. The client wraps errors of
 * another realm than its own, as Jest makes them.
 */
export const wasRefused = (error: unknown): boolean => {
  const { message } = error as Error;
  return message.includes('connect ECONNREFUSED') && attemptsOf(error) === 1;
};

const attemptsOf = (ended: unknown): number =>
  (ended as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1;

export class History {
  readonly entries: Entry[] = [];
  readonly answers: Answer[] = [];

  begin(asked: Asked): Entry {
    const entry = {
      ...asked,
      began: performance.now(),
      outcome: undefined,
      milliseconds: 0,
      attempts: 1,
      output: undefined,
      error: undefined,
    };
    this.entries.push(entry);
    return entry;
  }

  ok(entry: Entry, output: unknown): void {
    entry.outcome = 'ok';
    entry.output = output;
    entry.attempts += attemptsOf(output) - 1;
    entry.milliseconds = performance.now() - entry.began;
  }

  failed(entry: Entry, error: Error): void {
    entry.outcome = outcomeOf(error);
    entry.attempts += attemptsOf(error) - 1;
    entry.error = { name: error.name, message: error.message };
    entry.milliseconds = performance.now() - entry.began;
  }

  count(outcome: Outcome): number {
    return this.entries.filter((entry) => entry.outcome === outcome).length;
  }

  /** How many writes were acknowledged. */
  get acknowledged(): number {
    return this.entries.filter(({ outcome, operation }) => outcome === 'ok' && !isRead(operation)).length;
  }

  /** Milliseconds that so many of a hundred calls have taken at most. */
  percentile(percent: number): number {
    const sorted = this.entries.map(({ milliseconds }) => milliseconds).sort((one, other) => one - other);
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0);
  }

  /** For the line that a test prints. */
  get figures(): string {
    return (
      `${this.acknowledged} acknowledged writes, ${this.count('ok')} ok, ${this.count('fail')} refused, ` +
      `${this.count('unknown')} unknown, p50 ${this.percentile(50)} ms, p99 ${this.percentile(99)} ms`
    );
  }
}

export const isRead = (operation: string): boolean => /^(?:Get|List|Lookup|Assume)/.test(operation);
