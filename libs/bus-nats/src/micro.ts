import { nuid } from '@nats-io/transport-node';
import type { Connection, Listening } from './connection.js';
import type { ServiceDescription } from './options.js';
import type { ResponderFigures } from './responder.js';

/** What can be asked of services (NATS micro, ADR-32): `nats micro ping`, `info`, `stats`. */
export type Verb = 'PING' | 'INFO' | 'STATS';

export const verbs: readonly Verb[] = ['PING', 'INFO', 'STATS'];

const namePattern = /^[\w-]+$/;
const versionPattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[\da-z-]+(\.[\da-z-]+)*)?(\+[\da-z-]+(\.[\da-z-]+)*)?$/i;

/** Tells whoever asks on `$SRV.…` which service this process is and how it fares. */
export class Micro {
  readonly #connection: Connection;
  readonly #service: ServiceDescription;
  readonly #figures: () => readonly ResponderFigures[];
  readonly #id = nuid.next();
  readonly #started = new Date();
  readonly #listening: Listening[] = [];

  constructor(connection: Connection, service: ServiceDescription, figures: () => readonly ResponderFigures[]) {
    if (!namePattern.test(service.name)) throw new Error(`not a name of a NATS micro service: \`${service.name}\``);
    if (!versionPattern.test(service.version)) throw new Error(`not a semantic version: \`${service.version}\``);
    this.#connection = connection;
    this.#service = service;
    this.#figures = figures;
  }

  start(): void {
    const { name } = this.#service;
    for (const verb of verbs) {
      for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${this.#id}`]) {
        const listening: Listening = {
          subject,
          listener: ({ reply }) => {
            if (reply) this.#connection.publish(reply, Buffer.from(JSON.stringify(this.#answer(verb))));
          },
        };
        this.#listening.push(listening);
        this.#connection.listen(listening);
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#listening.splice(0).map((listening) => this.#connection.unlisten(listening)));
  }

  #answer(verb: Verb): unknown {
    const { name, version, description, metadata = {} } = this.#service;
    const identity = { name, id: this.#id, version, metadata };
    switch (verb) {
      case 'PING':
        return { type: 'io.nats.micro.v1.ping_response', ...identity };
      case 'INFO':
        return {
          type: 'io.nats.micro.v1.info_response',
          ...identity,
          description,
          endpoints: this.#figures().map((figures) => ({ ...endpointOf(figures), metadata: {} })),
        };
      case 'STATS': {
        // Of the whole service: a process may have figures and answer nothing.
        const data = this.#data();
        const endpoints = this.#figures().map((figures) => ({ ...statsOf(figures), ...data }));
        const started = this.#started.toISOString();
        return { type: 'io.nats.micro.v1.stats_response', ...identity, started, endpoints, ...data };
      }
    }
  }

  /** Whoever asks how a service fares is answered also when its own figures cannot be had. */
  #data(): { data?: unknown } {
    try {
      const data = this.#service.stats?.();
      return data === undefined ? {} : { data };
    } catch (error) {
      return { data: { unavailable: error instanceof Error ? error.message : String(error) } };
    }
  }
}

const endpointOf = ({ prefix, subject }: ResponderFigures) => ({
  name: prefix.slice(prefix.lastIndexOf('.') + 1).replaceAll(/[^\w-]/g, '_'),
  subject,
  queue_group: prefix,
});

const statsOf = (figures: ResponderFigures) => ({
  ...endpointOf(figures),
  num_requests: figures.requests,
  num_errors: figures.errors,
  last_error: figures.lastError,
  processing_time: nanoseconds(figures.milliseconds),
  average_processing_time: figures.requests === 0 ? 0 : nanoseconds(figures.milliseconds / figures.requests),
});

const nanoseconds = (milliseconds: number): number => Math.trunc(milliseconds * 1e6);
