import { isDigit } from '../json/scanner.js';
import { fixedDigits, readNumber } from './numbers.js';

/**
 * A moment in milliseconds since 1970: the W3C profile of ISO 8601 (`2026`, `2026-11`, `2026-11-20`,
 * `2026-11-20T10:00Z`, `…:00:30Z`, `…:30.5+01:00`) or epoch seconds (ruling 26). Four digits are a year. A time
 * without zone is UTC: read as nothing, a Deny with it would silently never hold. Undefined for anything else.
 */
export function readInstant(text: string): number | undefined {
  const calendar = (text.length === 4 || text[4] === '-') && fixedDigits(text, 0, 4) >= 0;
  if (calendar) return readCalendar(text);
  const seconds = readNumber(text);
  return seconds === undefined ? undefined : seconds * 1000;
}

function readCalendar(text: string): number | undefined {
  const year = fixedDigits(text, 0, 4);
  if (text.length === 4) return moment(year, 1, 1, 0);
  const month = fixedDigits(text, 5, 2);
  if (text.length === 7) return moment(year, month, 1, 0);
  if (text[7] !== '-') return undefined;
  const day = fixedDigits(text, 8, 2);
  if (text.length === 10) return moment(year, month, day, 0);
  if (text[10] !== 'T' && text[10] !== 't') return undefined;
  const time = readTime(text, 11);
  return time === undefined ? undefined : moment(year, month, day, time);
}

function moment(year: number, month: number, day: number, time: number): number | undefined {
  if (month < 1 || month > 12) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day that the month does not have rolls over into another one.
  return date.getUTCDate() === day ? date.getTime() + time : undefined;
}

/** Milliseconds since midnight UTC of `hh:mm[:ss[.fraction]]` and its zone. */
function readTime(text: string, from: number): number | undefined {
  const hour = fixedDigits(text, from, 2);
  const minute = text[from + 2] === ':' ? fixedDigits(text, from + 3, 2) : -1;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
  let at = from + 5;
  let second = 0;
  if (text[at] === ':') {
    second = fixedDigits(text, at + 1, 2);
    if (second < 0 || second > 59) return undefined;
    at += 3;
    if (text[at] === '.') {
      const start = at;
      at += 1;
      while (isDigit(text.charCodeAt(at))) at += 1;
      if (at === start + 1) return undefined;
      second += Number(`0${text.slice(start, at)}`);
    }
  }
  const zone = readZone(text, at);
  return zone === undefined ? undefined : (hour * 60 + minute - zone) * 60_000 + second * 1000;
}

/** Minutes ahead of UTC. */
function readZone(text: string, at: number): number | undefined {
  if (at === text.length) return 0;
  if ((text[at] === 'Z' || text[at] === 'z') && text.length === at + 1) return 0;
  const sign = text[at];
  if ((sign !== '+' && sign !== '-') || text.length !== at + 6 || text[at + 3] !== ':') return undefined;
  const hours = fixedDigits(text, at + 1, 2);
  const minutes = fixedDigits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}
