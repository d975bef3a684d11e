import { credentials, credentialsOperations } from '@muniment/credentials';
import { directory, directoryOperations, platform as platformAggregate } from '@muniment/directory';
import { type Aggregate, type AnyOperation, type Caller, streamOf } from '@muniment/kernel';
import {
  type Authorizer,
  ContextHost,
  type EventLog,
  type Projection,
  type Reply,
  RowsOf,
  randomIds,
  type WriterOptions,
} from '@muniment/runtime';
import type { Platform } from './platform.testing.js';

const unlike = (...aggregates: readonly unknown[]): readonly Aggregate[] => aggregates as readonly Aggregate[];

export const written = unlike(directory, credentials);

const contexts: readonly { name: string; operations: readonly AnyOperation[]; aggregates: readonly Aggregate[] }[] = [
  { name: 'directory', operations: directoryOperations, aggregates: unlike(directory, platformAggregate) },
  { name: 'credentials', operations: credentialsOperations, aggregates: unlike(credentials) },
];

const rootOf = (account: string): Caller => ({
  account,
  principal: { type: 'Root', account, arn: `arn:aws:iam::${account}:root` },
  accessKeyId: 'AKIAROOTOFHOME000001',
  sourceIp: '127.0.0.1',
  userAgent: 'replicas',
  secureTransport: true,
  region: 'us-east-1',
});

export interface ReplicaParts {
  readonly log?: EventLog;
  readonly writers?: WriterOptions;
  readonly authorizer?: Authorizer;
}

export interface Asked {
  readonly commandId?: string;
  /** What the caller has seen. */
  readonly position?: number;
}

/** One more process that writes a platform's accounts: hosts of its own over the common log and rows. */
export class Replica {
  /** What its writers hold, by stream. */
  readonly states = new Map<string, unknown>();
  readonly unexpected: unknown[] = [];
  readonly #platform: Platform;
  readonly #hosts = new Map<string, ContextHost>();

  constructor(platform: Platform, parts: ReplicaParts = {}) {
    this.#platform = platform;
    for (const { name, operations, aggregates } of contexts) {
      const host = this.#host({ name, operations, aggregates: aggregates.map((each) => this.#watched(each)) }, parts);
      for (const { operation } of operations) this.#hosts.set(operation.name, host);
    }
  }

  ask(operation: string, account: string, input: object, { commandId, position = 0 }: Asked = {}): Promise<Reply> {
    const host = this.#hosts.get(operation);
    if (!host) throw new Error(`nobody here answers \`${operation}\``);
    const requestId = randomIds.uuid();
    const at = this.#platform.clock.now().toISOString();
    const caller = rootOf(account);
    return host.handle({ operation, input, caller, requestId, commandId: commandId ?? requestId, at, position });
  }

  #host(context: ConstructorParameters<typeof ContextHost>[0], parts: ReplicaParts): ContextHost {
    const { log, readModels, projectors, sealer, decisions } = this.#platform;
    return new ContextHost(context, {
      log: parts.log ?? log,
      readModels,
      rows: new RowsOf(readModels, [...written, ...unlike(platformAggregate)] as readonly Projection[]),
      projectors,
      authorizer: parts.authorizer ?? decisions,
      sealer,
      ids: randomIds,
      writers: { shared: true, ...parts.writers },
      unexpected: (error) => void this.unexpected.push(error),
    });
  }

  #watched(aggregate: Aggregate): Aggregate {
    return {
      ...aggregate,
      empty: (account) => {
        const state = aggregate.empty(account);
        this.states.set(streamOf(aggregate.name, account), state);
        return state;
      },
    };
  }
}

export const replicasOf = (platform: Platform, count: number, parts?: (index: number) => ReplicaParts): Replica[] =>
  Array.from({ length: count }, (_, index) => new Replica(platform, parts?.(index)));
