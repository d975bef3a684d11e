import type { RecordedEvent } from '@muniment/kernel';
import { callsStream } from './calls-chain.js';
import type { CallsChunk } from './calls-lane.js';
import type { EventLog } from './ports/event-log.js';

const oneDay = 24 * 60 * 60 * 1000;

/** Call records of an account, newest first, day by day, in batches. */
export async function* callHistory(
  log: EventLog,
  account: string,
  from: Date,
  to: Date,
): AsyncIterable<readonly unknown[]> {
  const first = callsStream(account, from);
  for (let at = new Date(to); ; at = new Date(at.getTime() - oneDay)) {
    const stream = callsStream(account, at);
    if (stream < first) return;
    for await (const events of log.readStream(stream, { backwards: true })) {
      for (const event of events) yield recordsOf(event);
    }
  }
}

const recordsOf = (event: RecordedEvent): readonly unknown[] => [...(event.data as CallsChunk).records].reverse();
