/** Pagination markers: a small JSON value that clients hand back unread, and cannot alter or use elsewhere. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WireFault } from './protocol.js';

const TAG_BYTES = 16;

/** IAM's own limit on a marker; a longer one would be refused when it comes back. */
const MAX_LENGTH = 320;

const MARKER = /^[A-Za-z0-9_-]{23,}$/;

export type Unmarked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: WireFault };

export interface Markers {
  /** @throws RangeError if the value is too large to come back. */
  mark(scope: string, value: unknown): string;
  unmark(scope: string, marker: string): Unmarked;
}

const refused: Unmarked = { ok: false, fault: { code: 'ValidationError', message: 'Invalid Marker.' } };

/**
 * @param key the secret that marks; the same for all processes that answer one client.
 * @example
 * const markers = markersOf(key);
 * const marker = markers.mark('123456789012/ListUsers', { after: 'bob' });
 * markers.unmark('123456789012/ListUsers', marker); // { ok: true, value: { after: 'bob' } }
 */
export function markersOf(key: Uint8Array): Markers {
  const tagOf = (scope: string, text: Buffer) =>
    createHmac('sha256', key).update(`${scope.length}:${scope}`).update(text).digest().subarray(0, TAG_BYTES);
  return {
    mark(scope, value) {
      const text = Buffer.from(JSON.stringify(value));
      const marker = Buffer.concat([tagOf(scope, text), text]).toString('base64url');
      if (marker.length > MAX_LENGTH) throw new RangeError(`marker too long: \`${marker.length}\` characters`);
      return marker;
    },
    unmark(scope, marker) {
      if (marker.length > MAX_LENGTH || !MARKER.test(marker)) return refused;
      const bytes = Buffer.from(marker, 'base64url');
      const text = bytes.subarray(TAG_BYTES);
      if (!timingSafeEqual(bytes.subarray(0, TAG_BYTES), tagOf(scope, text))) return refused;
      return { ok: true, value: JSON.parse(text.toString('utf8')) };
    },
  };
}
