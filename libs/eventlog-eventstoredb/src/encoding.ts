import { createHash } from 'node:crypto';
import {
  type EventData,
  type JSONEventData,
  type JSONType,
  jsonEvent,
  type RecordedEvent as StoredEvent,
} from '@kurrent/kurrentdb-client';
import type { EventMetadata, NewEvent, Position, RecordedEvent } from '@muniment/kernel';

/** The store wants UUIDs: version 8, made of a hash, the same each time. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * An event as the store takes it: its version stands beside its metadata. Its id is made of all that it says: two
 * replicas that are asked for the same command decide on it each for itself, with new ids and secrets of their own, and
 * neither may take the other's event for the one that it has written.
 */
export function toStore(event: NewEvent): JSONEventData {
  const { type, version, data, meta } = event;
  const id = uuidOf(`${meta.eventId}\n${JSON.stringify([type, version, data, meta])}`);
  return jsonEvent({ id, type, data: data as JSONType, metadata: { ...meta, version } });
}

export const idsOf = (events: readonly EventData[]): readonly string[] => events.map(({ id }) => id);

/** An event as the store gave it. */
export function fromStore(event: StoredEvent): RecordedEvent {
  const { streamId: stream, type, data } = event;
  const { version, ...meta } = (event.metadata ?? {}) as unknown as EventMetadata & { version?: number };
  if (!event.isJson || version === undefined || meta.eventId === undefined) {
    throw new Error(`the event \`${event.id}\` of stream \`${stream}\` is none of muniment’s: it has no version`);
  }
  return { stream, revision: safe(event.revision), position: positionOf(event), type, version, data, meta };
}

/** Where the commit that brought the event stands in the whole log. */
export function positionOf({ id, streamId, position }: StoredEvent): Position {
  const commit = position?.commit;
  // What a server says that does not know: the largest number there is.
  if (commit === undefined || commit === 2n ** 64n - 1n) {
    throw new Error(
      `the server does not tell the position of event \`${id}\` of stream \`${streamId}\`: EventStoreDB tells it from version 22.6 on`,
    );
  }
  return safe(commit);
}

/** Positions and revisions are numbers here; one that is no safe integer would be another's. */
export function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new Error(`the position \`${value}\` is larger than a number can tell apart`);
  return number;
}
