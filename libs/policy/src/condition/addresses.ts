import { hexDigit, isDigit } from '../json/scanner.js';

/** An IPv4 address as one 32-bit word, or an IPv6 address as four. */
export interface Address {
  readonly family: 4 | 6;
  readonly words: readonly number[];
}

/** An address and how many of its leading bits count. */
export interface Network {
  readonly address: Address;
  readonly bits: number;
}

/**
 * Strict reader: four decimal octets without leading zeros, or RFC 4291 text. A v4-mapped IPv6 address is its IPv4
 * address (ruling 37). No zone, no shorthand such as `127.1`, no octal.
 */
export function readAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const word = readOctets(text);
    return word < 0 ? undefined : { family: 4, words: [word] };
  }
  const words = readHextets(text);
  if (words === undefined) return undefined;
  return isMapped(words) ? { family: 4, words: words.slice(3) } : { family: 6, words };
}

/** `address` or `address/bits`; without bits the one address (requirements-4 6.2). Host bits do not count. */
export function readNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) {
    const address = readAddress(text);
    return address && { address, bits: address.family === 4 ? 32 : 128 };
  }
  const bits = readBits(text.slice(slash + 1));
  const host = text.slice(0, slash);
  if (!host.includes(':')) {
    const word = readOctets(host);
    return word < 0 || bits > 32 ? undefined : network({ family: 4, words: [word] }, bits);
  }
  const words = readHextets(host);
  if (words === undefined || bits > 128) return undefined;
  if (isMapped(words) && bits >= 96) return network({ family: 4, words: words.slice(3) }, bits - 96);
  return network({ family: 6, words }, bits);
}

function network(address: Address, bits: number): Network | undefined {
  return bits < 0 ? undefined : { address, bits };
}

export function contains({ address: base, bits }: Network, address: Address): boolean {
  if (base.family !== address.family) return false;
  let left = bits;
  for (let index = 0; left > 0; index += 1, left -= 32) {
    const mask = left >= 32 ? 0xffffffff : ~(0xffffffff >>> left);
    if ((((base.words[index] ?? 0) ^ (address.words[index] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function isMapped(words: readonly number[]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

function readBits(text: string): number {
  if (text === '' || (text.length > 1 && text[0] === '0')) return -1;
  for (let at = 0; at < text.length; at += 1) if (!isDigit(text.charCodeAt(at))) return -1;
  return Number(text);
}

const DOT = 0x2e;
const ZERO = 0x30;

/** Dotted decimal as an unsigned 32-bit word, or -1. */
function readOctets(text: string): number {
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (octet < 0 || dots === 4) return -1;
      word = word * 256 + octet;
      octet = -1;
      dots += 1;
    } else {
      // A zero is an octet by itself, not in front of one.
      if (!isDigit(code) || octet === 0) return -1;
      octet = octet < 0 ? code - ZERO : octet * 10 + code - ZERO;
      if (octet > 255) return -1;
    }
  }
  return dots === 4 ? word : -1;
}

/** Four 32-bit words of an IPv6 text, or undefined. */
function readHextets(text: string): number[] | undefined {
  if (text.length > 45) return undefined;
  const gap = text.indexOf('::');
  if (gap < 0) {
    const all = readGroups(text, true);
    return all?.length === 8 ? wordsOf(all) : undefined;
  }
  const head = readGroups(text.slice(0, gap), false);
  const tail = readGroups(text.slice(gap + 2), true);
  if (head === undefined || tail === undefined || head.length + tail.length > 7) return undefined;
  return wordsOf([...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]);
}

/** The 16-bit groups of a run, none of them empty; the last may be dotted decimal where the address ends. */
function readGroups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndDotted && index === parts.length - 1 && part.includes('.')) {
      const word = readOctets(part);
      if (word < 0) return undefined;
      groups.push(word >>> 16, word & 0xffff);
    } else {
      const group = readGroup(part);
      if (group < 0) return undefined;
      groups.push(group);
    }
  }
  return groups;
}

function readGroup(text: string): number {
  if (text.length < 1 || text.length > 4) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function wordsOf(groups: readonly number[]): number[] {
  const words: number[] = [];
  for (let index = 0; index < 8; index += 2) words.push((groups[index] ?? 0) * 65536 + (groups[index + 1] ?? 0));
  return words;
}
