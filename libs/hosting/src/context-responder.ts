import type { Sources } from '@muniment/kernel';
import {
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

/** Answers all operations of a context over the bus; decisions are the decisions service's. */
export async function respondFor(
  name: string,
  { bus, log, logger }: Parts,
  { readModels, rows, prompt }: ContextRows,
  { sealer = noSealer, history }: { readonly sealer?: Sealer; readonly history?: Sources['history'] } = {},
): Promise<() => Promise<void>> {
  const context = contexts.find((each) => each.name === name);
  if (context === undefined) throw new Error(`there is no context \`${name}\``);
  const host = new ContextHost(context, {
    log,
    readModels,
    rows,
    projectors: prompt,
    authorizer: new BusAuthorizer(bus),
    sealer,
    ids: randomIds,
    writers: { shared: true },
    unexpected: (error, { requestId, operation }) =>
      logger.error({ err: error, requestId, operation }, 'unexpected error'),
    ...(history && { history }),
  });
  return bus.respond(`muniment.${name}`, (_, request: Request) => host.handle(request));
}
