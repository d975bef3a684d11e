import type { Gateway } from '@muniment/gateway';
import type { Position } from '@muniment/kernel';
import type { Check } from '@muniment/nest';
import { closeParts, openParts, type Parts, type ServiceOptions } from './parts.js';

/** A service at work. */
export interface Serving {
  /** The gateway's door; other services have none. */
  readonly gateway?: Gateway;
  /** How its own pieces stand, beside the log and the bus. */
  readonly checks: (head: Position | undefined) => readonly Check[];
  /** Takes no new work and finishes what is under way. */
  readonly stop: () => Promise<void>;
}

/** One replica of one service: its parts, what it serves, how it stands. */
export class Service {
  readonly #parts: Parts;
  #serving: Serving | undefined;
  #ending = false;
  /** Newest position of the log that was heard of. */
  #head: Position | undefined;

  static async open(
    options: Omit<ServiceOptions, 'status'>,
    serve: (parts: Parts) => Promise<Serving>,
  ): Promise<Service> {
    const opened: { service?: Service } = {};
    const status = (): unknown => opened.service?.status();
    const parts = await openParts({ ...options, status });
    const service = new Service(parts);
    opened.service = service;
    try {
      service.#serving = await serve(parts);
      return service;
    } catch (error) {
      await closeParts(parts);
      throw error;
    }
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    parts.log.onAppended((position) => {
      this.#head = position;
    });
  }

  get gateway(): Gateway | undefined {
    return this.#serving?.gateway;
  }

  async checks(): Promise<readonly Check[]> {
    const head = await this.#parts.log.head().catch(() => undefined);
    this.#head = head ?? this.#head;
    return this.#checks(head);
  }

  #checks(head: Position | undefined): readonly Check[] {
    const { bus } = this.#parts;
    return [
      // Without the log a service goes on from its last state.
      { name: 'log', ok: head !== undefined, dispensable: true, detail: { position: head ?? null } },
      { name: 'bus', ok: bus.state.name === 'connected', detail: { state: bus.state.name } },
      { name: 'serving', ok: !this.#ending },
      ...(this.#serving?.checks(head) ?? []),
    ];
  }

  /** What `muniment status` shows of this replica. */
  status(): unknown {
    return { service: this.#parts.name, replica: this.#parts.replica, checks: this.#checks(this.#head) };
  }

  /** From now on not ready, so that nobody sends new work; what comes all the same is answered. */
  end(): void {
    this.#ending = true;
  }

  async close(): Promise<void> {
    await this.#serving?.stop();
    await closeParts(this.#parts);
  }
}
