import type { Ids } from '@muniment/runtime';

/** Ids of the right form and length that count up: the first is always the same. */
export function countedIds(): Ids {
  let count = 0;
  const next = (): string => String(++count);
  return {
    unique: (prefix, length) => prefix + next().padStart(length - prefix.length, '0'),
    uuid: () => `00000000-0000-4000-8000-${next().padStart(12, '0')}`,
    random: (bytes) => Buffer.from(next().padStart(bytes, '0')).subarray(0, bytes).toString('base64'),
  };
}
