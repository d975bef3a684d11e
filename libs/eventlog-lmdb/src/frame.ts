import { crc32 } from 'node:zlib';
import type { NewEvent, Position, RecordedEvent, Revision } from '@muniment/kernel';

/** What was written is not what is there: nothing of it is served. */
export class LogCorrupted extends Error {
  readonly position: Position;

  constructor(position: Position, reason: string) {
    super(`the event log is corrupted at position ${position}: ${reason}`);
    this.name = 'LogCorrupted';
    this.position = position;
  }
}

/** Checksum, position of the category's event before this one, then the event as JSON. LMDB itself checks nothing. */
const headerBytes = 12;

/** An event on its way, encoded outside the transaction; its places are known only inside. */
export interface Encoded {
  readonly stream: string;
  readonly revision: Revision;
  readonly event: NewEvent;
  readonly body: Buffer;
  readonly checksum: number;
}

export interface Framed {
  readonly event: RecordedEvent;
  readonly previous: Position;
}

export function encode(stream: string, revision: Revision, event: NewEvent): Encoded {
  const { type, version, data, meta } = event;
  const body = Buffer.from(JSON.stringify({ stream, revision, type, version, data, meta }));
  return { stream, revision, event, body, checksum: crc32(body) };
}

export function frame(
  { body, checksum }: Pick<Encoded, 'body' | 'checksum'>,
  position: Position,
  previous: Position,
): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + body.length);
  bytes.writeUInt32BE(checksumOf(checksum, position, previous));
  bytes.writeDoubleBE(previous, 4);
  bytes.set(body, headerBytes);
  return bytes;
}

export function unframe(bytes: Buffer | undefined, position: Position): Framed {
  if (bytes === undefined) throw new LogCorrupted(position, 'the event is missing');
  if (bytes.length <= headerBytes) throw new LogCorrupted(position, 'the event is cut off');
  const previous = bytes.readDoubleBE(4);
  if (bytes.readUInt32BE() !== checksumOf(crc32(bytes.subarray(headerBytes)), position, previous)) {
    throw new LogCorrupted(position, 'the checksum does not match');
  }
  const event = JSON.parse(bytes.toString('utf8', headerBytes)) as RecordedEvent;
  return { event: Object.assign(event, { position }), previous };
}

/** An event's frame once more, behind another event of its category than before. */
export function relink(bytes: Buffer | undefined, position: Position, previous: Position): Buffer {
  unframe(bytes, position);
  const body = (bytes as Buffer).subarray(headerBytes);
  return frame({ body, checksum: crc32(body) }, position, previous);
}

/** What stands at the head of the log once its event was removed: the next position follows it. */
export function nothing(position: Position): Buffer {
  const body = Buffer.from('{}');
  return frame({ body, checksum: crc32(body) }, position, 0);
}

/** Covers the places too: an event that turns up where it does not belong is no less wrong than a changed one. */
function checksumOf(ofBody: number, position: Position, previous: Position): number {
  places.writeDoubleBE(position);
  places.writeDoubleBE(previous, 8);
  return crc32(places, ofBody);
}

const places = Buffer.alloc(16);

/** A counter under a name, with a checksum over both. */
export function frameNumber(name: string, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(12);
  bytes.writeDoubleBE(value, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(4), crc32(name)));
  return bytes;
}

export function unframeNumber(name: string, bytes: Buffer): number {
  const value = bytes.length === 12 ? bytes.readDoubleBE(4) : Number.NaN;
  if (Number.isNaN(value) || bytes.readUInt32BE() !== crc32(bytes.subarray(4), crc32(name))) {
    throw new LogCorrupted(0, `the checksum of the counter \`${name.replace('\0', ' ')}\` does not match`);
  }
  return value;
}
