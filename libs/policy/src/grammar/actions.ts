import type { PolicyElement } from '../document.js';
import { refuse, TEXTS } from './fault.js';

/**
 * `*`, `*:*` or `vendor:name`. Vendors are letters, digits, hyphens and points, so no wildcards (ruling 34); of names
 * nothing is asked, since services are not known here.
 */
export function checkActions({ values }: PolicyElement): void {
  for (const { text, position } of values) {
    if (text === '*' || text === '*:*') continue;
    const [vendor = '', ...names] = text.split(':');
    if (names.length === 0) refuse(TEXTS.vendor, position);
    if (names.length > 1) refuse(TEXTS.oneColon, position);
    if (vendor === '' || ![...vendor].every(isVendorCharacter)) refuse(`Vendor ${vendor} is not valid`, position);
  }
}

export function isAlphanumeric(character: string): boolean {
  return (
    (character >= '0' && character <= '9') ||
    (character >= 'A' && character <= 'Z') ||
    (character >= 'a' && character <= 'z')
  );
}

function isVendorCharacter(character: string): boolean {
  return isAlphanumeric(character) || character === '-' || character === '.';
}
