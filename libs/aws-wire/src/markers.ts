/** Pagination markers: a small JSON value that clients hand back unread, and cannot alter or use elsewhere. */
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
 * A keyed digest of at least 16 bytes, such as HMAC-SHA-256. It comes from outside, since this library does no
 * cryptography; its key must be the same in all processes that answer one client.
 */
export type Mac = (text: Uint8Array) => Uint8Array;

/** Takes the same time wherever the first difference is. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a[at]! ^ (b[at] ?? 0);
  return difference === 0;
}

/**
 * @example
 * const markers = markersOf((text) => createHmac('sha256', key).update(text).digest());
 * const marker = markers.mark('123456789012/ListUsers', { after: 'bob' });
 * markers.unmark('123456789012/ListUsers', marker); // { ok: true, value: { after: 'bob' } }
 */
export function markersOf(mac: Mac): Markers {
  const tagOf = (scope: string, text: Buffer) =>
    mac(Buffer.concat([Buffer.from(`${scope.length}:${scope}`), text])).subarray(0, TAG_BYTES);
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
      if (!equal(bytes.subarray(0, TAG_BYTES), tagOf(scope, text))) return refused;
      return { ok: true, value: JSON.parse(text.toString('utf8')) };
    },
  };
}
