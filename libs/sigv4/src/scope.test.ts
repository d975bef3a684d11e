import { describe, expect, it } from '@jest/globals';
import { now, presigned, read, signed } from './example.fixture.js';
import { type Authentication, checkScopeAndTime } from './index.js';

const expectation = { service: 'iam', region: 'us-east-1', now };
const authentication = read(signed());
const message = (change: Partial<Authentication['scope']>, expected: object = {}) =>
  checkScopeAndTime(
    { ...authentication, scope: { ...authentication.scope, ...change } },
    { ...expectation, ...expected },
  )?.message;

describe('the credential scope (requirements-4 3.5, SIG-20)', () => {
  it('is accepted for this service, region, day and time', () => {
    expect(checkScopeAndTime(authentication, expectation)).toBeUndefined();
  });

  it('ends with aws4_request', () => {
    const text = "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4'.";
    expect(message({ terminator: 'aws4' })).toBe(text);
  });

  it('names the service', () => {
    expect(message({ service: 'sts' })).toBe("Credential should be scoped to correct service: 'iam'.");
    expect(message({ service: 'IAM' })).toBe("Credential should be scoped to correct service: 'iam'.");
    expect(message({ service: 's3' }, { service: ['sts', 'iam'] })).toMatch(/correct service: 'sts'/);
    expect(message({ service: 'iam' }, { service: ['sts', 'iam'] })).toBeUndefined();
  });

  it('names the region', () => {
    const text = "Credential should be scoped to a valid region, not 'us-west-2'.";
    expect(message({ region: 'us-west-2' })).toBe(text);
    expect(message({ region: 'us-west-2' }, { region: ['us-east-1'] })).toBe(text);
    expect(message({ region: 'us-west-2' }, { region: (region: string) => region === 'eu-west-1' })).toBe(text);
    expect(message({ region: 'us-west-2' }, { region: () => true })).toBeUndefined();
  });

  it('has the day of the request (requirements-4 SIG-7)', () => {
    expect(message({ date: '20140324' })).toBe(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        "'20140324' != '20140325', from '20140325T143453Z'.",
    );
  });

  it('is checked in a fixed order: terminator, service, region, date, time (requirements-4 SIG-30)', () => {
    const late = { now: now + 1e9 };
    const wrong = { terminator: 'x', service: 'x', region: 'x', date: 'x' };
    expect(message(wrong, late)).toMatch(/terminator/);
    expect(message({ ...wrong, terminator: 'aws4_request' }, late)).toMatch(/service/);
    expect(message({ region: 'x', date: 'x' }, late)).toMatch(/region/);
    expect(message({ date: 'x' }, late)).toMatch(/Date in Credential/);
    expect(message({}, late)).toMatch(/expired/);
  });
});

describe('the time window (rulings 8, requirements-4 SIG-8, SIG-28)', () => {
  const at = (seconds: number, request: Authentication = authentication, windowSeconds?: number) =>
    checkScopeAndTime(request, {
      ...expectation,
      now: new Date(now + seconds * 1000),
      ...(windowSeconds && { windowSeconds }),
    });

  it.each([0, 300, -300])('accepts clocks %d seconds apart', (seconds) => {
    expect(at(seconds)).toBeUndefined();
  });

  it('refuses what is older than five minutes', () => {
    expect(at(301)).toEqual({
      code: 'SignatureDoesNotMatch',
      status: 403,
      message: 'Signature expired: 20140325T143453Z is now earlier than 20140325T143454Z (20140325T143954Z - 5 min.)',
    });
  });

  it("words a configured window as AWS's fifteen minutes", () => {
    expect(at(1078, authentication, 900)?.message).toBe(
      'Signature expired: 20140325T143453Z is now earlier than 20140325T143751Z (20140325T145251Z - 15 min.)',
    );
    expect(at(91, authentication, 90)?.message).toMatch(/- 90 sec\.\)$/);
  });

  it('refuses what comes from the future', () => {
    expect(at(-301)?.message).toBe(
      'Signature not yet current: 20140325T143453Z is still later than 20140325T143452Z (20140325T142952Z + 5 min.)',
    );
  });

  it('accepts nothing by a clock or a window that is not a number', () => {
    expect(() => checkScopeAndTime(authentication, { ...expectation, now: Number.NaN })).toThrow(RangeError);
    expect(() => checkScopeAndTime(authentication, { ...expectation, windowSeconds: Number.NaN })).toThrow(RangeError);
  });

  it('lets a presigned request live as long as it says, not longer (requirements-4 SIG-23)', () => {
    const hour = read(presigned({}, {}, 3600));
    expect(at(3600, hour)).toBeUndefined();
    expect(at(3601, hour)?.message).toMatch(/^Signature expired: .* - 60 min\.\)$/);
    const minute = read(presigned({}, {}, 60));
    expect(at(61, minute)?.code).toBe('SignatureDoesNotMatch');
    expect(at(-301, hour)?.message).toMatch(/^Signature not yet current/);
  });

  it('applies to a presigned request that names no life', () => {
    const request = presigned();
    const endless = read({ ...request, query: request.query.replace('&X-Amz-Expires=60', '') });
    expect(at(300, endless)).toBeUndefined();
    expect(at(301, endless)?.code).toBe('SignatureDoesNotMatch');
  });
});
