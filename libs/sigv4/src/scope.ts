import { type Authentication, TERMINATOR } from './authentication.js';
import { mismatch, type SignatureFault } from './fault.js';
import { timestampOf } from './timestamp.js';

/** What the server demands of scope and time. */
export interface ScopeExpectation {
  /** The signing name or names of this endpoint, such as `iam`. */
  readonly service: string | readonly string[];
  /** The region or regions of this endpoint, or a rule. */
  readonly region: string | readonly string[] | ((region: string) => boolean);
  readonly now: Date | number;
  /** How far the clocks may lie apart, either way. Five minutes unless told. */
  readonly windowSeconds?: number;
}

/**
 * Checks the credential scope and the time of a request, in a fixed order: terminator, service, region, scope date,
 * time window. A request signed in its query with `X-Amz-Expires` lives that long from its timestamp.
 *
 * @returns the first `SignatureDoesNotMatch` fault, or `undefined` when all hold.
 * @throws RangeError when `now` or `windowSeconds` is not a number.
 * @example
 * ```ts
 * checkScopeAndTime(authentication, { service: 'iam', region: 'us-east-1', now: Date.now() });
 * ```
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
export function checkScopeAndTime(
  authentication: Authentication,
  expectation: ScopeExpectation,
): SignatureFault | undefined {
  const { scope, timestamp } = authentication;
  if (scope.terminator !== TERMINATOR) {
    return mismatch(`Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${scope.terminator}'.`);
  }
  if (!accepts(expectation.service, scope.service)) {
    return mismatch(`Credential should be scoped to correct service: '${first(expectation.service)}'.`);
  }
  if (!accepts(expectation.region, scope.region)) {
    return mismatch(`Credential should be scoped to a valid region, not '${scope.region}'.`);
  }
  const day = timestamp.slice(0, 8);
  if (scope.date !== day) {
    return mismatch(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${scope.date}' != '${day}', from '${timestamp}'.`,
    );
  }
  return checkTime(authentication, Number(expectation.now), expectation.windowSeconds ?? 300);
}

function checkTime(authentication: Authentication, now: number, windowSeconds: number): SignatureFault | undefined {
  const { time, timestamp } = authentication;
  const life = authentication.expiresIn ?? windowSeconds;
  // Negated, so that a clock that is not a number refuses all.
  if (!(time >= now - life * 1000)) {
    const bound = timestampOf(now - life * 1000);
    return mismatch(
      `Signature expired: ${timestamp} is now earlier than ${bound} (${timestampOf(now)} - ${duration(life)}.)`,
    );
  }
  if (!(time <= now + windowSeconds * 1000)) {
    const bound = timestampOf(now + windowSeconds * 1000);
    return mismatch(
      `Signature not yet current: ${timestamp} is still later than ${bound} ` +
        `(${timestampOf(now)} + ${duration(windowSeconds)}.)`,
    );
  }
  return undefined;
}

function accepts(accepted: string | readonly string[] | ((text: string) => boolean), text: string): boolean {
  if (typeof accepted === 'string') return accepted === text;
  return typeof accepted === 'function' ? accepted(text) : accepted.includes(text);
}

function first(names: string | readonly string[]): string {
  return typeof names === 'string' ? names : (names[0] ?? '');
}

function duration(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} sec`;
}
