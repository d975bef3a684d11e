import { randomBytes, randomFillSync } from 'node:crypto';

/** The only source of chance outside adapters. */
export interface Ids {
  /** `prefix` and upper-case letters and digits, `length` characters in all (requirements-4 section 1.3). */
  unique(prefix: string, length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
  /** So many random bytes, base64. */
  random(bytes: number): string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Chance is drawn in large pieces: a draw of its own per request id would cost more than the rest of the id. */
function draw(bytes: number): number {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return used - bytes;
}

export const randomIds: Ids = {
  unique(prefix, length) {
    const count = length - prefix.length;
    const start = draw(count);
    let id = prefix;
    for (let index = 0; index < count; index++) id += alphabet[(pool[start + index] as number) & 31];
    return id;
  },
  uuid() {
    const start = draw(16);
    let id = '';
    for (let index = 0; index < 16; index++) {
      let byte = pool[start + index] as number;
      if (index === 6) byte = (byte & 0x0f) | 0x40;
      if (index === 8) byte = (byte & 0x3f) | 0x80;
      if (index === 4 || index === 6 || index === 8 || index === 10) id += '-';
      id += hex[byte];
    }
    return id;
  },
  random: (bytes) => randomBytes(bytes).toString('base64'),
};
