import { crc32 } from 'node:zlib';

/** Checksum over all that follows, length of the record, its number, when it was taken (ms); then the record, UTF-8. */
const headerBytes = 24;
/** A longer one cannot have been written: the length itself is damaged. */
const longestRecord = 64 * 1024 * 1024;
/** The most bytes that one UTF-16 unit becomes in UTF-8. */
const widest = 3;

export interface Frame {
  readonly number: number;
  readonly at: number;
  /** Where the record's text is in the bytes that were looked at, and where the next frame begins. */
  readonly start: number;
  readonly end: number;
}

/** Builds frames one behind another in memory that is used again: what it gives holds until the next call. */
export class FrameWriter {
  #bytes = Buffer.allocUnsafe(256 * 1024);

  /** The frames of these records, numbered from `first` on. */
  frames(records: readonly string[], first: number, at: number): Buffer {
    let end = 0;
    let number = first;
    for (const record of records) {
      this.#have(end + headerBytes + record.length * widest, end);
      const bytes = this.#bytes;
      const length = bytes.write(record, end + headerBytes, 'utf8');
      bytes.writeUInt32LE(length, end + 4);
      bytes.writeDoubleLE(number++, end + 8);
      bytes.writeDoubleLE(at, end + 16);
      bytes.writeUInt32LE(crc32(bytes.subarray(end + 4, end + headerBytes + length)), end);
      end += headerBytes + length;
    }
    return this.#bytes.subarray(0, end);
  }

  #have(size: number, used: number): void {
    if (size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(size, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, used));
    this.#bytes = larger;
  }
}

/** The frame that begins there; how many bytes it takes to tell, when these are too few; `damaged` when it is none. */
export function frameAt(bytes: Buffer, offset: number): Frame | { readonly needs: number } | 'damaged' {
  if (offset + headerBytes > bytes.length) return { needs: headerBytes };
  const length = bytes.readUInt32LE(offset + 4);
  if (length === 0 || length > longestRecord) return 'damaged';
  const end = offset + headerBytes + length;
  if (end > bytes.length) return { needs: end - offset };
  if (crc32(bytes.subarray(offset + 4, end)) !== bytes.readUInt32LE(offset)) return 'damaged';
  return {
    number: bytes.readDoubleLE(offset + 8),
    at: bytes.readDoubleLE(offset + 16),
    start: offset + headerBytes,
    end,
  };
}

/** Bytes among frames that are none, up to where the next one begins. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface Scanned {
  readonly frames: readonly Frame[];
  readonly gaps: readonly Gap[];
  /** Where the last frame ends; what is behind it was never written to its end. */
  readonly end: number;
}

/** All frames from an offset on, behind damaged places too: one flipped bit must not cost the records that follow it. */
export function scan(bytes: Buffer, from: number): Scanned {
  const frames: Frame[] = [];
  const gaps: Gap[] = [];
  let end = from;
  for (let offset = from; offset < bytes.length; ) {
    const frame = frameAt(bytes, offset);
    if (typeof frame === 'object' && 'number' in frame) {
      if (offset > end) gaps.push({ from: end, to: offset });
      frames.push(frame);
      offset = end = frame.end;
    } else {
      offset++;
    }
  }
  return { frames, gaps, end };
}
