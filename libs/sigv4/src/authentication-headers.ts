/** The headers that say who signed a request, as one pass over the raw headers finds them. */
export interface AuthenticationHeaders {
  readonly authorization: string | undefined;
  readonly amzDate: string | undefined;
  readonly date: string | undefined;
  readonly securityToken: string | undefined;
  /** The first header that stands more than once and must not. */
  readonly repeated: string | undefined;
}

/** Headers that may stand only once: two values would let two readers see two requests. */
const SINGLE: readonly string[] = [
  'authorization',
  'x-amz-date',
  'date',
  'x-amz-security-token',
  'x-amz-content-sha256',
  'host',
  ':authority',
];
const SLOTS: ReadonlyMap<string, number> = new Map(SINGLE.map((name, slot) => [name, slot]));

const lowerCase = new Map<string, string>();
const LOWER_CASE_LIMIT = 1000;

/** Lower-cases a header name; the names of real clients are few, so they are remembered, up to a limit. */
export function lowerName(name: string): string {
  const known = lowerCase.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (lowerCase.size < LOWER_CASE_LIMIT && name.length <= 64) lowerCase.set(name, lower);
  return lower;
}

export function authenticationHeaders(headers: readonly string[]): AuthenticationHeaders {
  const found: (string | undefined)[] = new Array(SINGLE.length).fill(undefined);
  let repeated: string | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const slot = SLOTS.get(lowerName(headers[i] as string));
    if (slot === undefined) continue;
    if (found[slot] !== undefined) repeated ??= SINGLE[slot];
    found[slot] = (headers[i + 1] as string).trim();
  }
  const [authorization, amzDate, date, securityToken, , host, authority] = found;
  // HTTP/2 allows both; when they differ, one reader would route by the one and another verify the other.
  if (host !== undefined && authority !== undefined && host !== authority) repeated ??= 'host';
  return { authorization, amzDate, date, securityToken, repeated };
}
