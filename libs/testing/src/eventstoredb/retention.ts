import type { Log } from './log.js';
import { deletedRevision, metadataStreamOf, noStream, type Recorded } from './records.js';

/** The metadata of a stream that the server itself obeys. */
export interface StreamMetadata {
  readonly $maxAge?: number;
  readonly $maxCount?: number;
  readonly $tb?: number;
}

export type View =
  | { readonly kind: 'noStream' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'events'; readonly events: readonly Recorded[]; readonly last: number; readonly first: number };

/** Whether the stream has ended with a tombstone. */
export const isTombstoned = (records: readonly Recorded[]): boolean => records.at(-1)?.revision === deletedRevision;

export const lastRevision = (records: readonly Recorded[]): number => records.at(-1)?.revision ?? noStream;

/** What the newest event of the metadata stream says; the server takes unreadable metadata for none. */
export function metadataOf(records: readonly Recorded[]): StreamMetadata {
  const newest = records.at(-1);
  if (newest?.type !== '$metadata') return {};
  try {
    return JSON.parse(Buffer.from(newest.data).toString()) as StreamMetadata;
  } catch {
    return {};
  }
}

export const isSoftDeleted = (metadata: StreamMetadata): boolean => metadata.$tb === deletedRevision;

/** A stream as a read shows it: without what its metadata has let go. */
export function viewOf(log: Log, stream: string, now: number): View {
  const records = log.stream(stream);
  const metadata = metadataOf(log.stream(metadataStreamOf(stream)));
  if (isTombstoned(records)) return { kind: 'deleted' };
  const last = lastRevision(records);
  if (last === noStream || isSoftDeleted(metadata)) return { kind: 'noStream' };
  const { $maxAge = Infinity, $maxCount = Infinity, $tb = 0 } = metadata;
  const first = Math.max(0, $tb, last - $maxCount + 1);
  const oldest = now - $maxAge * 1000;
  const kept = records.slice(Math.max(0, first - (records[0]?.revision ?? 0)));
  const events = $maxAge === Infinity ? kept : kept.filter(({ created }) => created >= oldest);
  return { kind: 'events', events, last, first };
}
