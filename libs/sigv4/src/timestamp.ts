const MONTHS: Readonly<Record<string, number>> = {
  Jan: 0,
  Feb: 1,
  Mar: 2,
  Apr: 3,
  May: 4,
  Jun: 5,
  Jul: 6,
  Aug: 7,
  Sep: 8,
  Oct: 9,
  Nov: 10,
  Dec: 11,
};

/** RFC 9110's fixed form, with the zero offsets that signers write in place of `GMT`. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:GMT|UTC|[+-]0000)$/;

/** Milliseconds since the epoch of a `YYYYMMDDTHHMMSSZ` timestamp, or `undefined` when it is not one. */
export function readTimestamp(text: string): number | undefined {
  if (text.length !== 16 || text[8] !== 'T' || text[15] !== 'Z') return undefined;
  return instant(
    digits(text, 0, 4),
    digits(text, 4, 6) - 1,
    digits(text, 6, 8),
    digits(text, 9, 11),
    digits(text, 11, 13),
    digits(text, 13, 15),
  );
}

/** Milliseconds since the epoch of an HTTP `Date`, or `undefined` when it is not one. */
export function readHttpDate(text: string): number | undefined {
  const match = HTTP_DATE.exec(text);
  if (!match) return undefined;
  const [, day, month, year, hour, minute, second] = match;
  return instant(Number(year), MONTHS[month ?? ''] ?? NaN, Number(day), Number(hour), Number(minute), Number(second));
}

/** Writes an instant as `YYYYMMDDTHHMMSSZ`. */
export function timestampOf(instant: Date | number): string {
  const iso = new Date(instant).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/** `Date.UTC` carries overflowing fields over; a date that comes back changed never existed. */
function instant(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  if (!(month >= 0 && month < 12 && day >= 1 && hour < 24 && minute < 60 && second < 60 && year >= 1000))
    return undefined;
  const time = Date.UTC(year, month, day, hour, minute, second);
  return new Date(time).getUTCDate() === day ? time : undefined;
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    number = number * 10 + digit;
  }
  return number;
}
