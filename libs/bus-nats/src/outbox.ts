import type { MsgHdrs } from '@nats-io/transport-node';

export interface Outgoing {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly reply: string | undefined;
  readonly headers: MsgHdrs | undefined;
}

/**
 * What is sent within one turn of the event loop, so that it goes out in one write: the library writes at the end of
 * each microtask, and a write costs as much as all the rest of a message.
 */
export class Outbox {
  readonly #send: (message: Outgoing) => void;
  #waiting: Outgoing[] = [];

  constructor(send: (message: Outgoing) => void) {
    this.#send = send;
  }

  add(message: Outgoing): void {
    if (this.#waiting.push(message) === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    const messages = this.#waiting;
    this.#waiting = [];
    for (const message of messages) this.#send(message);
  }

  /** What waits is lost, as is what was on its way. */
  clear(): void {
    this.#waiting = [];
  }
}
