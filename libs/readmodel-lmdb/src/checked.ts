import { crc32 } from 'node:zlib';

/** What was stored is not what is there: the read models have to be made again from the log. */
export class ReadModelsCorrupted extends Error {
  constructor(key: string, reason: string) {
    super(`the read models are corrupted at \`${key.replaceAll('\0', '/')}\`: ${reason}`);
    this.name = 'ReadModelsCorrupted';
  }
}

const digits = 8;

const checksum = (key: string, text: string): string => crc32(text, crc32(key)).toString(16).padStart(digits, '0');

/** A value with a checksum over its key and itself; LMDB checks nothing. */
export const checked = (key: string, text: string): string => checksum(key, text) + text;

export function verified(key: string, value: string): string {
  const text = value.slice(digits);
  if (value.slice(0, digits) !== checksum(key, text)) throw new ReadModelsCorrupted(key, 'the checksum does not match');
  return text;
}
