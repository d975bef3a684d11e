/** The headers that say who signed a request, as one pass over the raw headers finds them. */
export interface AuthenticationHeaders {
  authorization?: string;
  amzDate?: string;
  date?: string;
  securityToken?: string;
  /** The first header that stands more than once and must not. */
  repeated?: string;
}

/** Headers that may stand only once: two values would let two readers see two requests. */
const SINGLE: Readonly<Record<string, 'authorization' | 'amzDate' | 'date' | 'securityToken' | 'other'>> = {
  authorization: 'authorization',
  'x-amz-date': 'amzDate',
  date: 'date',
  'x-amz-security-token': 'securityToken',
  'x-amz-content-sha256': 'other',
  host: 'other',
  ':authority': 'other',
};
const SINGLE_NAMES = new Map(Object.entries(SINGLE));

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
  const found: AuthenticationHeaders = {};
  let seen: string[] | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = lowerName(headers[i] as string);
    const field = SINGLE_NAMES.get(name);
    if (field === undefined) continue;
    if (seen?.includes(name)) found.repeated ??= name;
    (seen ??= []).push(name);
    if (field !== 'other') found[field] ??= (headers[i + 1] as string).trim();
  }
  return found;
}
