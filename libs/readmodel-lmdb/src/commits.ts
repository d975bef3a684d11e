import { setImmediate } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';

/** Transactions of one environment. The first that fails is the last: the process should end and start anew. */
export class Commits {
  readonly #root: RootDatabase;
  readonly #onFailure: (error: unknown) => void;
  #refusal: Error | undefined;

  constructor(root: RootDatabase, onFailure: (error: unknown) => void) {
    this.#root = root;
    this.#onFailure = onFailure;
  }

  /** Runs `write` as one transaction, all of it or nothing; resolves when it is on disk. */
  async run<Result>(write: () => Result): Promise<Result> {
    try {
      this.#check();
      return await this.#root.childTransaction(() => {
        this.#check();
        return write();
      });
    } catch (error) {
      throw error === this.#refusal ? error : await this.#fail(error);
    }
  }

  refuse(reason: string): void {
    this.#refusal ??= refusal(reason);
  }

  #check(): void {
    if (this.#refusal) throw this.#refusal;
  }

  async #fail(error: unknown): Promise<Error> {
    const first = this.#refusal === undefined;
    // At once: what is queued behind must not be written as if nothing had happened.
    this.#refusal ??= refusal('a commit failed', error);
    const cause = await causeOf(error);
    const failure = refusal(cause instanceof Error ? cause.message : String(cause), cause);
    if (first) {
      this.#refusal = failure;
      this.#onFailure(failure);
    }
    return failure;
  }
}

const refusal = (reason: string, cause?: unknown): Error =>
  new Error(`the read models take no writes: ${reason}`, { cause });

/** lmdb says why a commit failed in a promise apart, which would end the process if nobody took it. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  const cause = commitError?.then(
    () => error,
    (reason: unknown) => reason,
  );
  return Promise.race([cause ?? error, setImmediate().then(() => setImmediate(error))]);
}
