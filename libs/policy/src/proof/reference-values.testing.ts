/**
 * How the plain evaluator reads numbers, dates, addresses and ARNs (requirements-4 sections 1 and 6.2, rulings 23 to 26
 * and 37). Shares no code with the engine; written to be checked by reading, not to be quick.
 */

/** Optional sign, digits, optional fraction, optional exponent; no spaces (ruling 25). Beyond a double is no number. */
export function numberOf(text: string): number | undefined {
  const readable = /^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text) && Number.isFinite(Number(text));
  return readable ? Number(text) : undefined;
}

const W3C =
  /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?$/;

/** Milliseconds since 1970: the W3C profile of ISO 8601, or seconds since 1970 (ruling 26). */
export function instantOf(text: string): number | undefined {
  const parts = W3C.exec(text);
  if (parts === null) {
    const seconds = numberOf(text);
    return seconds === undefined ? undefined : seconds * 1000;
  }
  const [, year = '', month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    parts;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = minutesEast(zone);
  if (offset === undefined) return undefined;
  const midnight = new Date(`${year}-${month}-${day}T00:00:00.000Z`);
  // `Date` turns the 30th of February into a day of March, or into nothing; either way it is not what was written.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(`${year}-${month}-${day}`))
    return undefined;
  const minutes = Number(hour) * 60 + Number(minute) - offset;
  return midnight.getTime() + minutes * 60_000 + Number(second) * 1000 + Number(`0.${fraction || '0'}`) * 1000;
}

function minutesEast(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** An address as a number of 32 or 128 bits. */
export interface PlainAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Four decimal octets without leading zeros, or RFC 4291; mapped addresses count as IPv4 (ruling 37). */
export function addressOf(text: string): PlainAddress | undefined {
  if (!text.includes(':')) return ipv4Of(text);
  const value = ipv6Of(text);
  if (value === undefined) return undefined;
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value };
}

function ipv4Of(text: string): PlainAddress | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  if (!octets.every((octet) => /^(0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) <= 255)) return undefined;
  return { bits: 32, value: octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n) };
}

function ipv6Of(text: string): bigint | undefined {
  const groups = groupsOf(text);
  if (groups?.length !== 8) return undefined;
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(group), 0n);
}

/** The eight groups; `::` stands for at least one group of zeros. */
function groupsOf(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map((half, index) => halfOf(half, index === halves.length - 1));
  if (before === undefined) return undefined;
  if (halves.length === 1) return before;
  if (after === undefined || before.length + after.length > 7) return undefined;
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function halfOf(half: string, last: boolean): readonly number[] | undefined {
  if (half === '') return [];
  const groups: number[] = [];
  const words = half.split(':');
  for (const [index, word] of words.entries()) {
    const ending = last && index === words.length - 1 && word.includes('.') ? ipv4Of(word) : undefined;
    if (ending !== undefined) groups.push(Number(ending.value >> 16n), Number(ending.value & 0xffffn));
    else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

/** Whether the address lies in the block; a block without a length is one address. */
export function isWithin(address: PlainAddress, block: string): boolean {
  const [base = '', length, ...rest] = block.split('/');
  const start = base.includes(':') ? ipv6Of(base) : ipv4Of(base)?.value;
  const written = base.includes(':') ? 128 : 32;
  if (start === undefined || rest.length > 0) return false;
  if (length !== undefined && (!/^(0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > written)) return false;
  const kept = length === undefined ? written : Number(length);
  // A block inside the mapped addresses is one of IPv4; it counts its length in the 128 bits it is written in.
  const mapped = written === 128 && start >> 32n === 0xffffn && kept >= 96;
  if (address.bits !== (mapped ? 32 : written)) return false;
  const ignored = BigInt(written - kept);
  return (mapped ? start & 0xffff_ffffn : start) >> ignored === address.value >> ignored;
}

/** The six parts of an ARN: everything behind the fifth colon is one of them (ARN-6). */
export function arnOf(text: string): readonly string[] | undefined {
  const pieces = text.split(':');
  if (pieces.length < 6 || pieces[0] !== 'arn') return undefined;
  return [...pieces.slice(0, 5), pieces.slice(5).join(':')];
}
