import type { MsgHdrs } from '@nats-io/transport-node';

export interface Outgoing {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly reply: string | undefined;
  readonly headers: MsgHdrs | undefined;
}

/**
 * So many messages in a millisecond, and those of the next one are worth waiting for: a write costs as much as five to ten
 * decisions, and at this rate there would be one for every two or three messages.
 */
const busyPerMillisecond = 10;
const busyMilliseconds = 1;
const measuredMilliseconds = 5;

/**
 * What is sent within one turn of the event loop, so that it goes out in one write: the library writes at the end of
 * each microtask, and a write costs as much as all the rest of a message. Under load it is what is sent within a
 * millisecond.
 */
export class Outbox {
  readonly #send: (message: Outgoing) => void;
  #waiting: Outgoing[] = [];
  #since = performance.now();
  #sent = 0;
  #busy = false;

  constructor(send: (message: Outgoing) => void) {
    this.#send = send;
  }

  add(message: Outgoing): void {
    if (this.#waiting.push(message) > 1) return;
    if (this.#busy) setTimeout(() => this.flush(), busyMilliseconds);
    else setImmediate(() => this.flush());
  }

  flush(): void {
    const messages = this.#waiting;
    this.#waiting = [];
    for (const message of messages) this.#send(message);
    this.#measure(messages.length);
  }

  /** What waits is lost, as is what was on its way. */
  clear(): void {
    this.#waiting = [];
  }

  #measure(sent: number): void {
    this.#sent += sent;
    const elapsed = performance.now() - this.#since;
    if (elapsed < measuredMilliseconds) return;
    this.#busy = this.#sent > busyPerMillisecond * elapsed;
    this.#since += elapsed;
    this.#sent = 0;
  }
}
