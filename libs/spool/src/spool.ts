import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallSpool, type Spooled, SpoolFull, type SpoolState, SpoolUnavailable } from '@muniment/runtime';
import { readPlace, writePlace } from './acknowledged.js';
import { Flushes } from './flushes.js';
import { FrameWriter, scan } from './frame.js';
import { newSegment, type Segment, SegmentFile, segmentsOf } from './segment.js';
import { readRun, timeAt } from './segment-reader.js';

export interface SpoolOptions {
  /** For this process alone: whoever opens it has to see to that. */
  readonly directory: string;
  /** How much it may take of the disk. */
  readonly bytes?: number;
  /** Size at which a file is left for the next: what is delivered is removed file by file. */
  readonly segmentBytes?: number;
  /** Told of what is wrong without stopping anything: damaged records, a place that could not be written. */
  readonly failed?: (error: unknown) => void;
}

const aGibibyte = 1024 ** 3;
const largestSegment = 8 * 1024 ** 2;
/** What a disk says that holds no more. */
const fullCodes = new Set<unknown>(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** What is there is no record: damaged, or never written to its end. Who reads goes on behind it. */
export class SpoolDamaged extends Error {
  constructor(path: string, from: number, to: number) {
    super(`bytes ${from} to ${to} of \`${path}\` are no whole records: they are skipped`);
    this.name = 'SpoolDamaged';
  }
}

/** Opens the spool in a directory with all that earlier processes have left in it, or makes one. */
export async function openSpool(options: SpoolOptions): Promise<DiskSpool> {
  const { directory } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const place = await readPlace(join(directory, 'acknowledged'));
  const segments = await segmentsOf(directory);
  const left: Segment[] = [];
  let oldest: number | undefined;
  for (const segment of segments) {
    const bytes = segment.sequence < place.segment ? undefined : await readFile(segment.path);
    const from = segment.sequence === place.segment ? place.offset : 0;
    const { frames, end } = bytes ? scan(bytes, Math.min(from, bytes.length)) : { frames: [], end: 0 };
    if (bytes && end < bytes.length) options.failed?.(new SpoolDamaged(segment.path, end, bytes.length));
    if (frames.length === 0) {
      await unlink(segment.path);
      continue;
    }
    oldest ??= frames[0]?.at;
    left.push({ ...segment, end, records: frames.length, size: (await stat(segment.path)).size });
  }
  const offset = left[0]?.sequence === place.segment ? place.offset : 0;
  const sequence = Math.max(place.segment - 1, segments.at(-1)?.sequence ?? 0);
  return new DiskSpool(options, { segments: left, offset, sequence, oldest });
}

interface Found {
  readonly segments: Segment[];
  readonly offset: number;
  readonly sequence: number;
  readonly oldest: number | undefined;
}

/** The spool as files in a directory: what is written is appended and never changed, what is delivered is removed. */
export class DiskSpool implements CallSpool {
  readonly #directory: string;
  readonly #bound: number;
  readonly #segmentBytes: number;
  readonly #failed: (error: unknown) => void;
  readonly #source = randomUUID();
  readonly #frames = new FrameWriter();
  /** The oldest first; the last may be the one that is written. */
  readonly #segments: Segment[];
  #sequence: number;
  /** In the first segment: all before it is acknowledged. */
  #offset: number;
  #oldest: number | undefined;
  /** What was read last: so many records, up to there. */
  #read: { readonly records: number; readonly end: number } | undefined;
  #number = 0;
  #file: SegmentFile | undefined;
  readonly #flushes: Flushes;
  #closed: SpoolUnavailable | undefined;
  #told: string | undefined;

  constructor({ directory, bytes = aGibibyte, segmentBytes, failed = () => undefined }: SpoolOptions, found: Found) {
    this.#directory = directory;
    this.#bound = bytes;
    this.#segmentBytes = segmentBytes ?? Math.min(largestSegment, bytes / 8);
    this.#failed = failed;
    this.#flushes = new Flushes(directory);
    this.#segments = found.segments;
    this.#offset = found.offset;
    this.#sequence = found.sequence;
    this.#oldest = found.oldest;
  }

  append(records: readonly string[], at: Date): void {
    const unavailable = this.#closed ?? this.#flushes.failure;
    if (unavailable) throw unavailable;
    if (records.length === 0) return;
    const frames = this.#frames.frames(records, this.#number, at.getTime());
    if (frames.length > this.#room) throw new SpoolFull(`it holds ${this.#bound} bytes at most`);
    try {
      const { file, segment } = this.#writable(frames.length);
      file.write(frames);
      this.#flushes.wrote(file);
      segment.end = segment.size = file.end;
      segment.records += records.length;
    } catch (error) {
      // Pieces of what failed may be found by the next process: their numbers are theirs.
      if (this.#file?.torn) this.#number += records.length;
      throw refusalOf(error);
    }
    this.#number += records.length;
    this.#oldest ??= at.getTime();
  }

  async sync(): Promise<void> {
    if (this.#closed) throw this.#closed;
    await this.#flushes.flush();
  }

  async read(records: number, bytes: number): Promise<Spooled | undefined> {
    for (;;) {
      const [segment] = this.#segments;
      if (segment === undefined) return undefined;
      const { path, source, end } = segment;
      const run = await readRun(path, this.#offset, end, { records, bytes });
      if (run) {
        if (run.skipped) this.#damaged(path, run.skipped.from, run.skipped.to);
        this.#read = { records: run.records.length, end: run.end };
        return { source, first: run.first, at: new Date(run.at).toISOString(), records: run.records };
      }
      if (end > this.#offset) this.#damaged(path, this.#offset, end);
      this.#offset = end;
      if (segment.end > end) continue;
      segment.records = 0;
      if (this.#isWritten(segment)) return undefined;
      await this.#removeDelivered();
    }
  }

  async acknowledge(): Promise<void> {
    const [segment] = this.#segments;
    if (this.#read === undefined || segment === undefined) return;
    segment.records -= this.#read.records;
    this.#offset = this.#read.end;
    this.#read = undefined;
    try {
      await this.#removeDelivered();
      const [first] = this.#segments;
      const place = { segment: first?.sequence ?? this.#sequence + 1, offset: this.#offset };
      await writePlace(join(this.#directory, 'acknowledged'), place);
      this.#oldest = undefined;
      const oldest = first && (await timeAt(first.path, this.#offset, first.end));
      this.#oldest = oldest ?? this.#oldest;
    } catch (error) {
      this.#failed(error);
    }
  }

  get state(): SpoolState {
    let records = 0;
    let bytes = 0 - this.#offset;
    for (const segment of this.#segments) {
      records += segment.records;
      bytes += segment.end;
    }
    const oldest = records > 0 && this.#oldest !== undefined ? new Date(this.#oldest) : undefined;
    return { records, bytes, oldest, room: this.#room };
  }

  async close(): Promise<void> {
    this.#closed ??= new SpoolUnavailable('it is closed');
    try {
      await this.#flushes.flush();
    } finally {
      this.#file?.close();
      this.#file = undefined;
    }
  }

  get #room(): number {
    let room = this.#bound;
    for (const { size } of this.#segments) room -= size;
    return room;
  }

  /** Told once, however often the records behind it are read. */
  #damaged(path: string, from: number, to: number): void {
    const place = `${path}:${from}`;
    if (place !== this.#told) this.#failed(new SpoolDamaged(path, from, to));
    this.#told = place;
  }

  #isWritten({ sequence }: Segment): boolean {
    return this.#file !== undefined && sequence === this.#sequence;
  }

  /** The file that is written, or the next when so many bytes are too many for it. */
  #writable(bytes: number): { file: SegmentFile; segment: Segment } {
    const last = this.#segments.at(-1);
    if (this.#file && last) {
      const fits = this.#file.end === 0 || this.#file.end + bytes <= this.#segmentBytes;
      if (fits && !this.#file.torn) return { file: this.#file, segment: last };
      this.#flushes.retire(this.#file);
      this.#file = undefined;
    }
    const segment = newSegment(this.#directory, this.#sequence + 1, this.#source);
    const file = new SegmentFile(segment);
    this.#sequence++;
    this.#flushes.made();
    this.#file = file;
    this.#segments.push(segment);
    return { file, segment };
  }

  async #removeDelivered(): Promise<void> {
    for (;;) {
      const [segment] = this.#segments;
      if (segment === undefined || this.#isWritten(segment) || this.#offset < segment.end) return;
      this.#segments.shift();
      this.#offset = 0;
      await unlink(segment.path);
    }
  }
}

function refusalOf(error: unknown): SpoolUnavailable {
  if (error instanceof SpoolUnavailable) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (fullCodes.has(code)) return new SpoolFull('the disk is full', { cause: error });
  return new SpoolUnavailable(message, { cause: error });
}
