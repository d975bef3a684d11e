import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '@muniment/gateway';
import type { Position } from '@muniment/kernel';
import { type Check, statusOf } from '@muniment/nest';
import { type Keeper, ProjectionWork, type ReplicaStatus, type WorkStatus } from './control.js';
import { respondToControl } from './control-responder.js';
import { closeParts, openParts, type Parts, type ServiceOptions } from './parts.js';

/** So long, in milliseconds, an end waits for work on read models: what compares rows ends with who keeps them. */
const cancelMilliseconds = 1000;

/** A service at work. */
export interface Serving {
  /** The gateway's door; other services have none. */
  readonly gateway?: Gateway;
  /** How its own pieces stand, beside the log and the bus. */
  readonly checks: (head: Position | undefined) => readonly Check[];
  /** Rows that it keeps: an operator can have them checked, and made again. */
  readonly keepers?: readonly Keeper[];
  /** Takes no new work and finishes what is under way. */
  readonly stop: () => Promise<void>;
}

/** One replica of one service: its parts, what it serves, how it stands. */
export class Replica {
  readonly #parts: Parts;
  #serving: Serving | undefined;
  #work: ProjectionWork | undefined;
  #stopControl: (() => Promise<void>) | undefined;
  #ending = false;
  /** Newest position of the log that was heard of. */
  #head: Position | undefined;

  static async open(
    options: Omit<ServiceOptions, 'status'>,
    serve: (parts: Parts) => Promise<Serving>,
  ): Promise<Replica> {
    const opened: { replica?: Replica } = {};
    const status = (): unknown => opened.replica?.status();
    const parts = await openParts({ ...options, status });
    const replica = new Replica(parts);
    opened.replica = replica;
    try {
      replica.#serving = await serve(parts);
      await replica.#takeOrders();
      return replica;
    } catch (error) {
      await replica.#serving?.stop();
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
      { name: 'bus', ok: bus.state.name === 'connected', detail: { state: bus.state.name, reason: bus.state.reason } },
      { name: 'serving', ok: !this.#ending },
      ...(this.#serving?.checks(head) ?? []),
    ];
  }

  /** What can be told of this replica without asking the log. */
  status(): ReplicaStatus {
    return this.#statusOf(this.#checks(this.#head));
  }

  #statusOf(checks: readonly Check[]): ReplicaStatus {
    const { name: service, replica } = this.#parts;
    return { service, replica, state: statusOf(checks), checks };
  }

  async #takeOrders(): Promise<void> {
    const { log } = this.#parts;
    this.#work = new ProjectionWork(this.#serving?.keepers ?? [], log, (status) => this.#worked(status));
    const status = async () => this.#statusOf(await this.checks());
    this.#stopControl = await respondToControl(this.#parts, status, this.#work);
  }

  #worked({ projection, place, kind, state, result, error }: WorkStatus): void {
    const { logger } = this.#parts;
    const what = { projection, place, kind, ...result, ...(error !== undefined && { error }) };
    if (state === 'failed') logger.error(what, 'work on a read model has failed');
    else if (result && !result.equal) logger.error(what, 'rows of a read model were not what the log says');
    else logger.info(what, state === 'done' ? 'a read model is what the log says' : 'work on a read model was ended');
  }

  /** From now on not ready, so that nobody sends new work; what comes all the same is answered. */
  end(): void {
    this.#ending = true;
  }

  async close(): Promise<void> {
    await this.#stopControl?.();
    await Promise.race([this.#work?.stop(), sleep(cancelMilliseconds, undefined, { ref: false })]);
    await this.#serving?.stop();
    await closeParts(this.#parts);
  }
}
