import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A file of frames of one source; written by the process that made it, by none after that. */
export interface Segment {
  /** Place among the segments of the directory, and never used again. */
  readonly sequence: number;
  readonly source: string;
  readonly path: string;
  /** Where its last whole frame ends. */
  end: number;
  /** How many of its records still wait. */
  records: number;
  /** Bytes on disk. */
  size: number;
}

const nameForm = /^(\d{10})\.([0-9a-f-]{36})\.calls$/;

export function newSegment(directory: string, sequence: number, source: string): Segment {
  const path = join(directory, `${String(sequence).padStart(10, '0')}.${source}.calls`);
  return { sequence, source, path, end: 0, records: 0, size: 0 };
}

/** The segments that a directory holds, the oldest first; what is in them is not looked at. */
export async function segmentsOf(directory: string): Promise<Segment[]> {
  const names = (await readdir(directory)).sort();
  return names.flatMap((name) => {
    const [, sequence, source = ''] = nameForm.exec(name) ?? [];
    return sequence === undefined ? [] : [newSegment(directory, Number(sequence), source)];
  });
}

/** A new name is on disk only when the directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const datasync = promisify(fdatasync);

/** Appends to a segment. */
export class SegmentFile {
  readonly #file: number;
  #end = 0;
  /** Holds a piece of what failed, which could not be cut off: nothing may be written behind it. */
  torn = false;
  /** Takes no more: closed as soon as it is on disk. */
  retired = false;

  constructor({ path }: Segment) {
    this.#file = openSync(path, 'wx', 0o600);
  }

  get end(): number {
    return this.#end;
  }

  /** All of the bytes or none. */
  write(bytes: Buffer): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#file, bytes, done, bytes.length - done, this.#end + done);
      }
      this.#end += bytes.length;
    } catch (error) {
      this.#cutOff();
      throw error;
    }
  }

  async sync(): Promise<void> {
    // Only a flush that has begun after the last write is the last one.
    const last = this.retired;
    await datasync(this.#file);
    if (last) this.close();
  }

  close(): void {
    closeSync(this.#file);
  }

  #cutOff(): void {
    try {
      ftruncateSync(this.#file, this.#end);
    } catch {
      this.torn = true;
    }
  }
}
