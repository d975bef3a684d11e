/** RFC 3986's unreserved characters, by byte. */
const UNRESERVED: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte)),
);

const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  UNRESERVED[byte] ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
);

const PERCENT = 0x25;
const PLUS = 0x2b;
const SLASH = 0x2f;

/** One byte per character: Latin-1 as `node:http` gives it; text beyond Latin-1 becomes its UTF-8 bytes. */
export function byteString(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
}

/** Encodes every byte but the unreserved ones and `/`. A `%` becomes `%25`: what arrived encoded is encoded again. */
export function encodePath(path: string): string {
  const bytes = byteString(path);
  let encoded = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    encoded += byte === SLASH ? '/' : ENCODED[byte];
  }
  return encoded;
}

/** Encodes every byte but the unreserved ones. */
export function encodeComponent(text: string): string {
  const bytes = byteString(text);
  let encoded = '';
  for (let i = 0; i < bytes.length; i++) encoded += ENCODED[bytes.charCodeAt(i)];
  return encoded;
}

/**
 * The one canonical spelling of a query name or value: escapes are read and written again, and `+` is a space.
 * `undefined` when a `%` is not followed by two hexadecimal digits.
 */
export function canonicalComponent(component: string): string | undefined {
  if (isUnreserved(component)) return component;
  const bytes = byteString(component);
  let canonical = '';
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes.charCodeAt(i);
    if (byte === PLUS) byte = 0x20;
    else if (byte === PERCENT) {
      const high = hexDigit(bytes.charCodeAt(i + 1));
      const low = hexDigit(bytes.charCodeAt(i + 2));
      if (high < 0 || low < 0) return undefined;
      byte = high * 16 + low;
      i += 2;
    }
    canonical += ENCODED[byte];
  }
  return canonical;
}

/**
 * Reads a canonical name or value of {@link readQuery} back into text; bytes that are not UTF-8 become U+FFFD.
 *
 * @example
 * ```ts
 * decodeComponent('%2Fdivision%2F'); // '/division/'
 * ```
 */
export function decodeComponent(canonical: string): string {
  if (!canonical.includes('%')) return canonical;
  return Buffer.from(
    canonical.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}

function isUnreserved(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (UNRESERVED[text.charCodeAt(i)] !== true) return false;
  return true;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
