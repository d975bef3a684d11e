import { openEventStore } from '@muniment/eventlog-eventstoredb';
import { type CallsChunk, chainHash } from '@muniment/runtime';
import type { CloudTrail } from '@aws-sdk/client-cloudtrail';
import type { Answer } from './history.testing.js';

/** How often each request id was recorded. */
export type Recorded = Map<string, number>;

/** CloudTrail's event, as it is shown and as it is kept. */
interface Trail {
  readonly requestID: string;
}

const count = (recorded: Recorded, id: string): unknown => recorded.set(id, (recorded.get(id) ?? 0) + 1);

/** Reads the call records where they are kept, and proves the chain on the way: rejects where it is broken. */
export async function recordedIn(storePort: number, account: string, since: Date): Promise<Recorded> {
  const log = await openEventStore({
    url: `kurrentdb://127.0.0.1:${storePort}?tls=false`,
    deadlineMilliseconds: 10_000,
  });
  const recorded: Recorded = new Map();
  try {
    for (const day of daysSince(since)) {
      let previous = '';
      for await (const events of log.readStream(`calls-${account}-${day}`)) {
        for (const { data, revision } of events) {
          const chunk = data as CallsChunk;
          if (chunk.previous !== previous || chunk.hash !== chainHash(previous, chunk.records)) {
            throw new Error(`the chain of ${day} is broken at revision ${revision}`);
          }
          previous = chunk.hash;
          for (const record of chunk.records) count(recorded, (record as { trail: Trail }).trail.requestID);
        }
      }
    }
    return recorded;
  } finally {
    await log.close();
  }
}

/** The same over the API, for an installation whose log nobody else can open. */
export async function recordedBy(cloudtrail: CloudTrail): Promise<Recorded> {
  const recorded: Recorded = new Map();
  let NextToken: string | undefined;
  do {
    const page = await cloudtrail.lookupEvents({ NextToken });
    for (const { CloudTrailEvent = '{}' } of page.Events ?? [])
      count(recorded, (JSON.parse(CloudTrailEvent) as Trail).requestID);
    ({ NextToken } = page);
  } while (NextToken);
  return recorded;
}

/** A test may run over midnight. */
function daysSince(since: Date): string[] {
  const days = [];
  const now = Date.now();
  for (let at = since.getTime(); at < now; at += 86_400_000) days.push(new Date(at).toISOString().slice(0, 10));
  const today = new Date(now).toISOString().slice(0, 10);
  return days.includes(today) ? days : [...days, today];
}

/** Answers without exactly one record, once all records had time to arrive. */
export async function unrecorded(
  answers: readonly Answer[],
  read: () => Promise<Recorded>,
  withinMilliseconds = 30_000,
): Promise<string[]> {
  for (const end = performance.now() + withinMilliseconds; ; ) {
    const recorded = await read();
    const wrong = answers.filter(({ requestId }) => recorded.get(requestId) !== 1);
    const missing = wrong.some(({ requestId }) => !recorded.has(requestId));
    if (!missing || performance.now() > end) {
      return wrong.map(
        ({ requestId, operation, status }) =>
          `${operation} ${requestId}, answered with ${status}: ${recorded.get(requestId) ?? 0} records`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
