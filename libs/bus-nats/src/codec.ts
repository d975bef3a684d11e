import { isUtf8 } from 'node:buffer';
import { Json } from '@muniment/runtime';

/**
 * What crosses the bus: JSON, because it keeps every string and every key exactly, costs what the binary formats cost
 * here (docs/adr/0006), and can be read and written with `nats request`. Times and bytes, which JSON lacks, are marked
 * `{"$": …}`; the bytes themselves follow the JSON: `0x01`, length of the JSON (32 bits, big endian), JSON, bytes.
 */

/** Deeper than anything the services say to each other, and far from where a stack ends. */
const deepest = 200;
const marked = 1;
const headerBytes = 5;

/** The message cannot be put into bytes, or these bytes are not a message. */
export class CodecError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'CodecError';
  }
}

interface Attachments {
  readonly bytes: Uint8Array[];
  /** Whether anything had to be marked. */
  marks: boolean;
}

type Members = Record<string, unknown>;

/** Members without a value are left out; only plain data passes. */
export function encode(message: unknown): Uint8Array {
  if (message === undefined) return new Uint8Array(0);
  if (message instanceof Json) return Buffer.from(message.text);
  const attachments: Attachments = { bytes: [], marks: false };
  const json = JSON.stringify(plain(message, attachments, 0));
  if (!attachments.marks) return Buffer.from(json);
  const length = Buffer.byteLength(json);
  const attached = attachments.bytes.reduce((sum, bytes) => sum + bytes.length, 0);
  const result = Buffer.allocUnsafeSlow(headerBytes + length + attached);
  result[0] = marked;
  result.writeUInt32BE(length, 1);
  result.write(json, headerBytes);
  let position = headerBytes + length;
  for (const bytes of attachments.bytes) {
    result.set(bytes, position);
    position += bytes.length;
  }
  return result;
}

export function decode(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] !== marked) return revive(parse(buffer), undefined, 0);
  const end = buffer.length < headerBytes ? Infinity : headerBytes + buffer.readUInt32BE(1);
  if (end > buffer.length) throw new CodecError('the message is cut off');
  return revive(parse(buffer.subarray(headerBytes, end)), buffer.subarray(end), 0);
}

function parse(text: Buffer): unknown {
  if (!isUtf8(text)) throw new CodecError('the message is not UTF-8');
  try {
    return JSON.parse(text.toString());
  } catch (cause) {
    throw new CodecError('the message is not JSON', { cause });
  }
}

/** The value as JSON can hold it: itself where nothing has to change, which is nearly everywhere. */
function plain(value: unknown, attachments: Attachments, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new CodecError(`cannot be sent: \`${value}\``);
      return value;
    case 'object':
      return value === null ? null : plainObject(value, attachments, depth);
    default:
      throw new CodecError(`cannot be sent: a ${typeof value}`);
  }
}

function plainObject(value: object, attachments: Attachments, depth: number): unknown {
  if (depth > deepest) throw new CodecError(`cannot be sent: more than ${deepest} levels deep`);
  if (Array.isArray(value)) return plainList(value, attachments, depth);
  if (value instanceof Date) return mark(attachments, value.getTime());
  if (value instanceof Uint8Array) {
    attachments.bytes.push(value);
    return mark(attachments, `${value.length}`);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // Other realms have an `Object.prototype` of their own; nothing else stands directly below null.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new CodecError(`cannot be sent: \`${value.constructor?.name}\``);
  return plainMembers(value as Members, attachments, depth);
}

/** A time is its milliseconds (none for an invalid one), bytes are how many of those that follow. */
function mark(attachments: Attachments, content: number | string): { $: unknown } {
  attachments.marks = true;
  return { $: content };
}

function plainList(list: readonly unknown[], attachments: Attachments, depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let at = 0; at < list.length; at++) {
    const item = list[at];
    if (typeof item === 'string') continue;
    const now = plain(item, attachments, depth + 1);
    if (now !== item) (copy ??= list.slice())[at] = now;
  }
  return copy ?? list;
}

function plainMembers(members: Members, attachments: Attachments, depth: number): Members {
  let copy: Members | undefined;
  let called = false;
  for (const key of Object.keys(members)) {
    if (isMark(key)) called = true;
    const value = members[key];
    if (typeof value === 'string') continue;
    const now = plain(value, attachments, depth + 1);
    if (now !== value) define((copy ??= { ...members }), key, now);
  }
  if (!called) return copy ?? members;
  attachments.marks = true;
  return renamed(copy ?? members, (key) => `$${key}`);
}

/** Assigning to `__proto__` would change the object's prototype instead. */
function define(members: Members, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true });
  else members[key] = value;
}

/** `$`, `$$`, …: a member that is really called so gets one more. */
const isMark = (key: string): boolean => key.charCodeAt(0) === 0x24 && /^\$+$/.test(key);

const renamed = (members: Members, rename: (key: string) => string): Members =>
  Object.fromEntries(Object.entries(members).map(([key, value]) => [isMark(key) ? rename(key) : key, value]));

interface Reader {
  readonly bytes: Buffer;
  position: number;
}

/** Undoes the marks and refuses what is too deep for those who walk through it next. */
function revive(value: unknown, attached: Buffer | undefined, depth: number): unknown {
  const reader = attached && { bytes: attached, position: 0 };
  const revived = reviveValue(value, reader, depth);
  if (reader && reader.position !== reader.bytes.length) throw new CodecError('the message has bytes too many');
  return revived;
}

function reviveValue(value: unknown, reader: Reader | undefined, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new CodecError(`the message is more than ${deepest} levels deep`);
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const item: unknown = value[at];
      if (typeof item === 'object' && item !== null) value[at] = reviveValue(item, reader, depth + 1);
    }
    return value;
  }
  return reader && Object.hasOwn(value, '$')
    ? unmarked((value as { $: unknown }).$, reader)
    : reviveMembers(value as Members, reader, depth);
}

function reviveMembers(members: Members, reader: Reader | undefined, depth: number): Members {
  let called = false;
  for (const key in members) {
    if (reader && isMark(key)) called = true;
    const value = members[key];
    if (typeof value !== 'object' || value === null) continue;
    const now = reviveValue(value, reader, depth + 1);
    if (now !== value) define(members, key, now);
  }
  return called ? renamed(members, (key) => key.slice(1)) : members;
}

function unmarked(content: unknown, reader: Reader): Date | Uint8Array {
  if (content === null) return new Date(Number.NaN);
  if (typeof content === 'number') return new Date(content);
  const length = typeof content === 'string' && /^\d{1,10}$/.test(content) ? Number(content) : Number.NaN;
  const end = reader.position + length;
  if (!(end <= reader.bytes.length)) throw new CodecError('the message has a mark that says nothing');
  // A copy: a part of what came over the network would keep all of it in memory.
  const bytes = Uint8Array.prototype.slice.call(reader.bytes, reader.position, end);
  reader.position = end;
  return bytes;
}
