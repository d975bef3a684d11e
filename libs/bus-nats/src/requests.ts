import { createInbox, type Msg } from '@nats-io/transport-node';
import { BusUnavailable } from '@muniment/runtime';

/** A timer that is later than this says that the process was busy with something else. */
const standstillMilliseconds = 20;

interface Pending {
  readonly subject: string;
  readonly resolve: (msg: Msg) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * The questions that wait for an answer, all on one inbox of this process. Kept here and not in the library so that all
 * of them can fail at once when the server falls silent; it also takes two thirds of the CPU time.
 */
export class Requests {
  readonly #base: string;
  readonly #pending = new Map<string, Pending>();
  readonly #gathering = new Map<string, (msg: Msg) => void>();
  #count = 0;

  constructor(inboxPrefix?: string) {
    this.#base = `${createInbox(inboxPrefix)}.`;
  }

  /** What to listen on for the answers. */
  get subject(): string {
    return `${this.#base}*`;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Expects one answer on the subject that `send` is given. */
  ask(subject: string, milliseconds: number, send: (reply: string) => void): Promise<Msg> {
    return new Promise((resolve, reject) => {
      const token = this.#token();
      const due = performance.now() + milliseconds;
      const timer = setTimeout(() => this.#late(token, milliseconds, due), milliseconds);
      this.#pending.set(token, { subject, resolve, reject, timer });
      send(this.#base + token);
    });
  }

  /** Every answer that comes until `done` is called. */
  gather(listener: (msg: Msg) => void): { reply: string; done: () => void } {
    const token = this.#token();
    this.#gathering.set(token, listener);
    return { reply: this.#base + token, done: () => void this.#gathering.delete(token) };
  }

  deliver(msg: Msg): void {
    const token = msg.subject.slice(this.#base.length);
    this.#take(token)?.resolve(msg);
    this.#gathering.get(token)?.(msg);
  }

  /** Nobody will answer these: all, or those on one subject. */
  fail(reason: string, subject?: string): void {
    for (const [token, pending] of this.#pending) {
      if (subject !== undefined && pending.subject !== subject) continue;
      this.#take(token)?.reject(new BusUnavailable(pending.subject, reason));
    }
  }

  #token(): string {
    return (this.#count++).toString(36);
  }

  #take(token: string): Pending | undefined {
    const pending = this.#pending.get(token);
    if (pending === undefined) return undefined;
    this.#pending.delete(token);
    clearTimeout(pending.timer);
    return pending;
  }

  #late(token: string, milliseconds: number, due: number): void {
    const pending = this.#pending.get(token);
    const standstill = performance.now() - due;
    // While this process stood still it read no answers: that time is given back, once.
    if (pending && standstill > standstillMilliseconds) {
      pending.timer = setTimeout(() => this.#late(token, milliseconds, Infinity), Math.min(standstill, milliseconds));
      return;
    }
    this.#take(token);
    pending?.reject(new BusUnavailable(pending.subject, `no answer within ${milliseconds} ms`));
  }
}
