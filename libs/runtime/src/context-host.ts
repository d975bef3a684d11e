import {
  type Aggregate,
  type AnyOperation,
  type Awaitable,
  Fault,
  type Position,
  type Sources,
} from '@muniment/kernel';
import type { Reply, Request, Touched } from './exchange.js';
import { aggregateNamed, type Executor, runCommand, runQuery } from './execute.js';
import { UnknownEvent } from './folding.js';
import type { Authorizer } from './ports/authorizer.js';
import { BusUnavailable } from './ports/bus.js';
import { type EventLog, LogUnavailable } from './ports/event-log.js';
import type { Ids } from './ports/ids.js';
import { type ReadModels, ReadModelsUnavailable } from './ports/read-models.js';
import type { Sealer } from './ports/sealer.js';
import { idLength, type RowsOf, sourcesFor } from './sources.js';
import { Writer, type WriterOptions } from './writer.js';

/** A bounded context, ready to be served: what it can do and what it writes. */
export interface Context {
  readonly name: string;
  readonly operations: readonly AnyOperation[];
  readonly aggregates: readonly Aggregate[];
}

/** Rows that follow the log: true when they hold everything up to the position, false when they do not in time. */
export interface Catching {
  reached(position: Position, withinMilliseconds: number): Awaitable<boolean>;
}

export interface ContextHostParts {
  readonly log: EventLog;
  readonly readModels: ReadModels;
  readonly rows: RowsOf;
  /** Everything that must have reached the caller's position before an answer. */
  readonly projectors: readonly Catching[];
  readonly authorizer: Authorizer;
  readonly sealer: Sealer;
  readonly ids: Ids;
  readonly history?: Sources['history'];
  readonly decide?: Sources['decide'];
  /** Where other replicas write the same accounts, this says so. */
  readonly writers?: WriterOptions;
  /** Told of errors that no model declares; the client is told nothing. */
  readonly unexpected: (error: unknown, request: Request) => void;
}

type FaultReply = Extract<Reply, { ok: false }>['fault'];

/** Something that an answer needs is away: the same call may succeed in a moment. */
const temporary: FaultReply = {
  code: 'ServiceUnavailable',
  message: 'The request has failed due to a temporary failure of the server.',
  status: 503,
};

/** How long an answer waits for read models to reach the caller's position. */
export const patience = 2000;

/** The account's aggregates that stay in memory; the least recently written go first. */
const residentWriters = 1024;

/** By service and name, and by name alone: services may have operations of one name. */
function namedOperations(operations: readonly AnyOperation[]): ReadonlyMap<string, AnyOperation> {
  const named = new Map<string, AnyOperation>();
  for (const each of operations) {
    const { service, name } = each.operation;
    named.set(`${service}:${name}`, each);
    if (!named.has(name)) named.set(name, each);
  }
  return named;
}

/** One context's operations behind one handler. */
export class ContextHost {
  readonly name: string;
  readonly #operations: ReadonlyMap<string, AnyOperation>;
  readonly #parts: ContextHostParts;
  readonly #executor: Executor;
  readonly #writers = new Map<string, Writer>();

  constructor(context: Context, parts: ContextHostParts) {
    this.name = context.name;
    this.#parts = parts;
    this.#operations = namedOperations(context.operations);
    const { ids, sealer } = parts;
    this.#executor = {
      authorizer: parts.authorizer,
      ids,
      secrets: {
        random: (bytes) => ids.random(bytes),
        id: (prefix) => ids.unique(prefix, idLength(prefix)),
        sealToken: (content) => sealer.sealToken(content),
      },
      sources: (account) => sourcesFor(parts, account),
      writer: (aggregate, account) => this.#writer(aggregateNamed(context.aggregates, aggregate), account),
    };
  }

  get operations(): IterableIterator<AnyOperation> {
    return new Set(this.#operations.values()).values();
  }

  /** Answers one request: output or fault, never a rejection. */
  async handle(request: Request): Promise<Reply> {
    const touched: Touched[] = [];
    try {
      const { service } = request;
      const operation = this.#operations.get(service ? `${service}:${request.operation}` : request.operation);
      if (!operation) throw new Fault('InvalidAction', `Could not find operation ${request.operation}`, 400);
      await this.#caughtUp(request.position);
      const { output, position } =
        operation.kind === 'command'
          ? await runCommand(operation, request, this.#executor, touched)
          : await runQuery(operation, request, this.#executor, touched);
      return { ok: true, output, touched, ...(position === undefined ? {} : { position }) };
    } catch (error) {
      return { ok: false, fault: this.#faultOf(error, request), touched };
    }
  }

  async #caughtUp(position: number): Promise<void> {
    for (const projector of this.#parts.projectors) {
      const reached = projector.reached(position, patience);
      if (reached !== true && !(await reached)) {
        throw new Fault('ServiceUnavailable', 'The service has not caught up with your last change. Try again.', 503);
      }
    }
  }

  #faultOf(error: unknown, request: Request): FaultReply {
    if (error instanceof Fault) {
      return {
        code: error.code,
        message: error.message,
        ...(error.status === undefined ? {} : { status: error.status }),
        ...(error.details === undefined ? {} : { details: error.details }),
      };
    }
    this.#parts.unexpected(error, request);
    if (error instanceof LogUnavailable) {
      return { code: 'ServiceUnavailable', message: 'Changes cannot be stored at the moment. Try again.', status: 503 };
    }
    // An event of a newer version stops this account here, and here only.
    const mayPass = [BusUnavailable, ReadModelsUnavailable, UnknownEvent];
    if (mayPass.some((kind) => error instanceof kind)) return temporary;
    return {
      code: 'InternalFailure',
      message: 'The request processing has failed because of an unknown error, exception or failure.',
      status: 500,
    };
  }

  #writer(aggregate: Aggregate, account: string): Writer {
    const key = `${aggregate.name}-${account}`;
    let writer = this.#writers.get(key);
    if (writer) return writer;
    writer = new Writer(aggregate, account, this.#parts.log, this.#parts.readModels, this.#parts.writers);
    this.#writers.set(key, writer);
    for (const [oldest, candidate] of this.#writers) {
      if (this.#writers.size <= residentWriters) break;
      if (candidate.idle) this.#writers.delete(oldest);
    }
    return writer;
  }
}
