import { setTimeout as sleep } from 'node:timers/promises';
import type { Metadata } from '@grpc/grpc-js';
import type { Endpoint, Faults, Method } from '../faults.js';
import type { Store } from '../store.js';
import type { Connections } from './connections.testing.js';
import { notLeader, serverNotReady } from './refusals.testing.js';

/** What every call of the protocol is served from. */
export interface Backend {
  readonly store: Store;
  readonly faults: Faults;
  readonly connections: Connections;
  /** Where clients reach this server. */
  readonly endpoint: Endpoint;
  /** Bytes that one append may have at most. */
  readonly maxAppendSize: number;
}

const writes = new Set<Method>(['append', 'batchAppend', 'delete']);
const reads = new Set<Method>(['read', 'subscribe']);

/** Lets a call in, late or not at all as the faults say. */
export async function admit({ faults }: Backend, method: Method, metadata: Metadata): Promise<void> {
  const delay = faults.delayOf(method);
  if (delay === Infinity) await new Promise(() => undefined);
  if (delay > 0) await sleep(delay);
  if (faults.isUnavailable) throw serverNotReady();
  const wantsLeader = writes.has(method) || (reads.has(method) && metadata.get('requires-leader')[0] === 'true');
  if (faults.leader && wantsLeader) throw notLeader(faults.leader);
}

/** After a commit: true when the answer must not be given. */
export function losesAnswer({ faults, connections }: Backend, call: { getPeer(): string }): boolean {
  const loss = faults.takeLoss();
  if (loss === 'reset') connections.drop(call.getPeer(), 'rst');
  return loss !== undefined;
}
