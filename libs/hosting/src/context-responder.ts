import type { Sources } from '@muniment/kernel';
import {
  type Authorizer,
  BusAuthorizer,
  ContextHost,
  type ContextHostParts,
  type Request,
  randomIds,
  type ReadModels,
  type RowsOf,
  type Sealer,
} from '@muniment/runtime';
import { contexts } from './contexts.js';
import type { Parts } from './parts.js';

type Answering = (asked: unknown) => Promise<unknown>;

export interface ContextRows {
  readonly readModels: ReadModels;
  readonly rows: RowsOf;
  /** Everything that must have reached the caller's position before an answer. */
  readonly prompt: ContextHostParts['projectors'];
}

/** A service that seals nothing: that is another's work, and another's key. */
export const noSealer: Sealer = new Proxy({} as Sealer, {
  get: (_, member) => () => {
    throw new Error(`this service cannot \`${String(member)}\`: it has no key`);
  },
});

/** What a context needs that not every one does. */
export interface ContextExtras {
  readonly sealer?: Sealer;
  readonly history?: Sources['history'];
  readonly decide?: Sources['decide'];
  /** Who decides; the decisions service itself asks nobody else. */
  readonly authorizer?: Authorizer;
  /** What services ask of it that is no operation, by the last word of the subject. */
  readonly further?: Readonly<Record<string, (asked: never) => Promise<unknown>>>;
}

/** Answers all operations of a context over the bus; decisions are the decisions service's. */
export async function respondFor(
  name: string,
  { bus, log, logger }: Parts,
  { readModels, rows, prompt }: ContextRows,
  { sealer = noSealer, authorizer = new BusAuthorizer(bus), further = {}, ...more }: ContextExtras = {},
): Promise<() => Promise<void>> {
  const context = contexts.find((each) => each.name === name);
  if (context === undefined) throw new Error(`there is no context \`${name}\``);
  const host = new ContextHost(context, {
    log,
    readModels,
    rows,
    projectors: prompt,
    authorizer,
    sealer,
    ids: randomIds,
    writers: { shared: true },
    unexpected: (error, { requestId, operation }) =>
      logger.error({ err: error, requestId, operation }, 'unexpected error'),
    ...more,
  });
  const prefix = `muniment.${name}`;
  return bus.respond(prefix, (subject, asked: Request) => {
    const word = subject.slice(prefix.length + 1);
    return Object.hasOwn(further, word) ? (further[word] as Answering)(asked) : host.handle(asked);
  });
}
