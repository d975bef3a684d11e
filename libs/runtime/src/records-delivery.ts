import type { CallsChain, Kept } from './calls-chain.js';
import type { Bus } from './ports/bus.js';
import type { Spooled } from './ports/call-spool.js';
import { LogUnavailable } from './ports/event-log.js';

/** A batch on the bus. `calls` is JSON of `Kept[]` as it was spooled: only who writes the records has to read them. */
export interface CallsMessage extends Omit<Spooled, 'records'> {
  readonly calls: string;
}

/** `ok`: the records are on disk for good. Otherwise they may be in part: hand them over again. */
export type CallsAck = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What the responder listens to, and the one operation there. */
export const recordsPrefix = 'muniment.records';
const deliver = `${recordsPrefix}.Deliver`;

/** Answers for the service that writes call records: `bus.respond(recordsPrefix, recordsResponder(chain))`. */
export function recordsResponder(chain: CallsChain): (subject: string, message: CallsMessage) => Promise<CallsAck> {
  return async (subject, { source, first, at, calls }) => {
    if (subject !== deliver) return { ok: false, reason: `nothing is done on \`${subject}\`` };
    try {
      await chain.append({ source, first, at, calls: JSON.parse(calls) as Kept[] });
      return { ok: true };
    } catch (error) {
      if (error instanceof LogUnavailable) return { ok: false, reason: error.message };
      throw error;
    }
  };
}

/** Hands a batch over; rejects unless its records are on disk for good. */
export function deliverOver(bus: Pick<Bus, 'request'>): (batch: Spooled) => Promise<void> {
  return async ({ source, first, at, records }) => {
    const message: CallsMessage = { source, first, at, calls: `[${records.join(',')}]` };
    const ack = await bus.request<CallsMessage, CallsAck>(deliver, message);
    if (!ack.ok) throw new LogUnavailable(ack.reason);
  };
}
