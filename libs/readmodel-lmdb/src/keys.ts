import { createHash } from 'node:crypto';

/**
 * Keys are strings of single bytes: the UTF-8 of their parts, with a zero between two. lmdb's own encoding does not
 * keep the order of all strings and loses some (NUL, long strings), so it is not used.
 */
export const keyEncoder = {
  writeKey: (key: string, target: Buffer, start: number) => start + target.write(key, start, 'latin1'),
  readKey: (source: Buffer, start: number, end: number) => source.toString('latin1', start, end),
};

const plain = /^[\x02-\x7f]*$/;
const special = /[\0\x01]/g;
const lone = /[\ud800-\udfff]/gu;

/** The bytes of a text, in an order that is that of its code points; no two texts have the same. */
export function bytesOf(text: string): string {
  if (plain.test(text)) return text;
  const escaped = text.replace(special, (character) => (character === '\0' ? '\x01\x01' : '\x01\x02'));
  // Half a surrogate pair has no UTF-8; it gets the three bytes that it would have.
  const pieces = escaped.split(lone);
  const halves = escaped.match(lone) ?? [];
  return pieces.map((piece, index) => Buffer.from(piece).toString('latin1') + threeBytes(halves[index])).join('');
}

function threeBytes(half: string | undefined): string {
  if (half === undefined) return '';
  const code = half.charCodeAt(0);
  return String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
}

/** The text that has these bytes; not for what a hash stands for. */
export const textOf = (bytes: string): string =>
  plain.test(bytes)
    ? bytes
    : Buffer.from(
        bytes.replace(/\x01[\x01\x02]/g, (pair) => (pair === '\x01\x01' ? '\0' : '\x01')),
        'latin1',
      ).toString();

export const longestPart = 256;
/** With the other parts this stays below the 1978 bytes that LMDB allows. */
export const longestKey = 1024;

/** A part that is only ever asked for as a whole; its hash when it is long. No text has the bytes 1 3. */
export function part(text: string): string {
  const bytes = bytesOf(text);
  return bytes.length <= longestPart
    ? bytes
    : `\x01\x03${createHash('sha256').update(bytes, 'latin1').digest('base64')}`;
}

/** All keys that begin with these parts; what follows is a row's own key. */
export const prefix = (...parts: readonly string[]): string => `${parts.map(part).join('\0')}\0`;

/** The first key behind all that begin with the prefix. */
export const behind = (start: string): string => `${start.slice(0, -1)}\x01`;
