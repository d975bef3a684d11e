/** Values of the simple shapes as text, for every place where a protocol carries text. */
import type { NumberShape, Shape, TimestampFormat } from '@muniment/aws-model';
import { Malformed } from './protocol.js';

const INTEGER = /^[+-]?\d{1,19}$/;
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const INT32 = 2 ** 31;

function readInteger(text: string, format: 'integer' | 'long'): number {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  const fits = format === 'integer' ? value >= -INT32 && value < INT32 : Number.isSafeInteger(value);
  if (!fits) throw new Malformed(`not a valid ${format}: \`${text}\``);
  return value;
}

const SPECIAL: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };

export function readNumber(text: string, { format }: NumberShape): number {
  if (format === 'integer' || format === 'long') return readInteger(text, format);
  if (DECIMAL.test(text)) return Number(text);
  const special = SPECIAL[text];
  if (special === undefined) throw new Malformed(`not a valid ${format}: \`${text}\``);
  return special;
}

export function readBoolean(text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new Malformed(`not a valid boolean: \`${text}\``);
}

const ISO8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const RFC822 = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(\.\d+)? GMT$/;

/** ECMAScript's latest and earliest instants, in milliseconds. */
const MAX_TIME = 8.64e15;

export function readEpoch(seconds: number): Date {
  const time = Math.round(seconds * 1000);
  if (!(Math.abs(time) <= MAX_TIME)) throw new Malformed(`not a valid timestamp: \`${seconds}\``);
  return new Date(time);
}

/** Whatever the format, seconds since 1970 and ISO 8601 are understood, as AWS does. */
export function readTimestamp(text: string): Date {
  if (DECIMAL.test(text)) return readEpoch(Number(text));
  const time = ISO8601.test(text) || RFC822.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new Malformed(`not a valid timestamp: \`${text}\``);
  return new Date(time);
}

const DAY = 86_400_000;
const PAIRS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** Days that were printed, as text up to the `T`. */
const days = new Map<number, string>();
const mostDays = 4096;

function printDay(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  const text = new Date(day * DAY).toISOString().slice(0, -13);
  if (days.size >= mostDays) days.clear();
  days.set(day, text);
  return text;
}

/** To the second. Lists hold many dates of a few days, and `toISOString` would take most of the time to print a list. */
function printIso8601(date: Date): string {
  const time = date.getTime();
  const day = Math.floor(time / DAY);
  const seconds = Math.floor((time - day * DAY) / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${printDay(day)}${PAIRS[Math.floor(minutes / 60)]}:${PAIRS[minutes % 60]}:${PAIRS[seconds % 60]}Z`;
}

/** To the second, as AWS prints them. */
const PRINT: Readonly<Record<TimestampFormat, (date: Date) => string>> = {
  iso8601: printIso8601,
  unixTimestamp: (date) => String(Math.floor(date.getTime() / 1000)),
  rfc822: (date) => date.toUTCString(),
};

export const printTimestamp = (date: Date, format: TimestampFormat): string => PRINT[format](date);

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function readBlob(text: string): Uint8Array {
  if (!BASE64.test(text)) throw new Malformed('not valid base64');
  return Buffer.from(text, 'base64');
}

export function printBlob(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Text from outside the body → a simple value. */
export function readText(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case 'string':
      return text;
    case 'number':
      return readNumber(text, shape);
    case 'boolean':
      return readBoolean(text);
    case 'timestamp':
      return readTimestamp(text);
    case 'blob':
      return readBlob(text);
    default:
      throw new Malformed(`a ${shape.kind} cannot travel as text`);
  }
}

/** A simple value, or a list of them, as the text of a header. */
export function printText(shape: Shape, value: unknown, format: TimestampFormat): string {
  if (shape.kind === 'timestamp') return printTimestamp(value as Date, shape.format ?? format);
  if (shape.kind === 'blob') return printBlob(value as Uint8Array);
  if (shape.kind === 'list')
    return (value as unknown[]).map((item) => printText(shape.member, item, format)).join(', ');
  return String(value as string | number | boolean);
}
