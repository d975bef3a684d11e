import type { PolicyElement } from '../document.js';
import { isDigit } from '../json/scanner.js';
import { refuse, TEXTS } from './fault.js';

/**
 * `*`, `*:*` or `vendor:name`. Vendors are letters, digits, hyphens and points, so no wildcards (ruling 34); of names
 * nothing is asked, since services are not known here.
 */
export function checkActions({ values }: PolicyElement): void {
  for (const { text, position } of values) {
    if (text === '*' || text === '*:*') continue;
    const colon = text.indexOf(':');
    if (colon < 0) refuse(TEXTS.vendor, position);
    if (text.includes(':', colon + 1)) refuse(TEXTS.oneColon, position);
    if (!isVendor(text, colon)) refuse(`Vendor ${text.slice(0, colon)} is not valid`, position);
  }
}

/** Whether all characters are letters or digits. */
export function isAlphanumeric(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (!isAlphanumericCode(text.charCodeAt(at))) return false;
  return true;
}

function isAlphanumericCode(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

const HYPHEN = 0x2d;
const POINT = 0x2e;

/** Whether the text up to `end` is a vendor. */
function isVendor(text: string, end: number): boolean {
  for (let at = 0; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (!isAlphanumericCode(code) && code !== HYPHEN && code !== POINT) return false;
  }
  return end > 0;
}
