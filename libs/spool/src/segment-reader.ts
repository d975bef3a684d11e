import { open } from 'node:fs/promises';
import { type Frame, frameAt, scan } from './frame.js';
import type { Gap } from './frame.js';

/** Frames of a segment that go out together. */
export interface Run {
  readonly first: number;
  /** When the first of them was taken (ms). */
  readonly at: number;
  readonly records: readonly string[];
  /** Where the next frame begins. */
  readonly end: number;
  /** Bytes before the first one that are no frames, though they were written as some. */
  readonly skipped: Gap | undefined;
}

export interface Limits {
  readonly records: number;
  readonly bytes: number;
}

const millisecondsADay = 24 * 60 * 60 * 1000;
const dayOf = (at: number): number => Math.floor(at / millisecondsADay);

/** Frames are a few bytes larger than their records; a little more is read so that they fit. */
const slack = 64 * 1024;

async function bytesOf(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(to - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The frames from `from` on, which end at `to` at the latest; undefined when there is none. */
export async function readRun(path: string, from: number, to: number, limits: Limits): Promise<Run | undefined> {
  if (from >= to) return undefined;
  let bytes = await bytesOf(path, from, Math.min(to, from + limits.bytes + slack));
  let frame = frameAt(bytes, 0);
  if (typeof frame === 'object' && 'needs' in frame && frame.needs > bytes.length && frame.needs <= to - from) {
    bytes = await bytesOf(path, from, from + frame.needs);
    frame = frameAt(bytes, 0);
  }
  if (typeof frame === 'object' && 'number' in frame)
    return { ...runAt(bytes, frame, from, limits), skipped: undefined };
  const gap = scan(await bytesOf(path, from, to), 0).gaps[0];
  if (gap === undefined) return undefined;
  const next = await readRun(path, from + gap.to, to, limits);
  return next && { ...next, skipped: { from, to: from + gap.to } };
}

/** As many frames as the limits allow: numbered one by one, of one day. */
function runAt(bytes: Buffer, first: Frame, offset: number, limits: Limits): Omit<Run, 'skipped'> {
  const records: string[] = [];
  let size = 0;
  let end = 0;
  for (let frame: ReturnType<typeof frameAt> = first; ; frame = frameAt(bytes, end)) {
    if (typeof frame !== 'object' || 'needs' in frame) break;
    size += frame.end - frame.start;
    const fits = records.length < limits.records && size <= limits.bytes;
    const follows = frame.number === first.number + records.length && dayOf(frame.at) === dayOf(first.at);
    if (records.length > 0 && !(fits && follows)) break;
    records.push(bytes.toString('utf8', frame.start, frame.end));
    end = frame.end;
  }
  return { first: first.number, at: first.at, records, end: offset + end };
}

/** When the frame that begins there was taken (ms); undefined when none can be read. */
export async function timeAt(path: string, from: number, to: number): Promise<number | undefined> {
  const run = await readRun(path, from, to, { records: 1, bytes: 0 });
  return run?.at;
}
