import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { end, type Place, start } from '../records.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Resolves when there is room to write again, or nobody to write to. */
export async function drained(call: ReadCall): Promise<void> {
  if (call.cancelled || call.destroyed) return;
  const done = new AbortController();
  const events = ['drain', 'cancelled', 'close'].map((event) => once(call, event, { signal: done.signal }));
  await Promise.race(events).finally(() => {
    done.abort();
    for (const event of events) event.catch(() => undefined);
  });
}

export function placeOf(options: ReadReq.Options.AllOptions): Place {
  if (options.hasStart()) return start;
  const position = options.getPosition();
  if (!position) return end;
  return { commit: Number(position.getCommitPosition()), prepare: Number(position.getPreparePosition()) };
}
