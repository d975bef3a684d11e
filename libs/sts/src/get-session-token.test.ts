import { describe, expect, test } from '@jest/globals';
import { unrestricted } from '@muniment/kernel';
import { GetSessionToken } from './get-session-token.js';
import { alice, aliceInSession, answer, fault, holding, root, sessionOf } from './sts.testing.js';

const until = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 10) + seconds * 1000);

describe('how long a session lasts (requirements-2 section 8)', () => {
  test.each([
    ['a user: 12 hours when nothing is said', alice, undefined, 43200],
    ['a user: up to 36 hours', alice, 129600, 129600],
    ['a user: down to 15 minutes', alice, 900, 900],
    ['the root user: one hour when nothing is said', root, undefined, 3600],
    ['the root user: cut to one hour', root, 129600, 3600],
    ['the root user: shorter if wanted', root, 900, 900],
  ])('%s', async (_, caller, DurationSeconds, seconds) => {
    const { output, sealed } = await answer(GetSessionToken, { DurationSeconds }, caller);
    expect(output.Credentials.Expiration).toEqual(until(seconds));
    expect(sealed.session.expiresAt).toBe(until(seconds).toISOString());
  });
});

test('the session is its maker’s own, without a mark of MFA', async () => {
  const { output, sealed } = await answer(GetSessionToken, {}, alice);
  expect(sealed).toEqual({
    accessKeyId: output.Credentials.AccessKeyId,
    secretAccessKey: output.Credentials.SecretAccessKey,
    account: alice.account,
    principal: alice.principal,
    session: { kind: 'GetSessionToken', issuedAt: until(0).toISOString(), expiresAt: until(43200).toISOString() },
  });
});

test('a longer token is made on request', async () => {
  const { output } = await answer(GetSessionToken, { MinimumSessionTokenSize: 4096 }, alice);
  expect(output.SessionTokenSize).toBe(4096);
  expect(output.SessionTokenUtilization).toBe(100);
});

test('no policy can allow or deny it (requirements-2 section 8)', () => {
  expect(GetSessionToken.definition.authorize).toBe(unrestricted);
});

test.each([
  ['GetSessionToken', aliceInSession],
  ['AssumeRole', holding({ ...alice, secretAccessKey: '', session: sessionOf('AssumeRole') })],
])('credentials of %s are refused (requirements-2 section 8)', async (_, caller) => {
  await expect(answer(GetSessionToken, {}, caller)).rejects.toEqual(
    fault('AccessDenied', 'Cannot call GetSessionToken with session credentials'),
  );
});

test.each([
  [
    { SerialNumber: 'GAHT12345678', TokenCode: '123456' },
    'MultiFactorAuthentication failed with invalid MFA one time pass code.',
  ],
  [
    { SerialNumber: 'GAHT12345678' },
    'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
  ],
  [
    { TokenCode: '123456' },
    'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
  ],
])('a second factor that cannot be right is refused: %j (requirements-1 section 14)', async (input, message) => {
  await expect(answer(GetSessionToken, input, alice)).rejects.toEqual(fault('AccessDenied', message));
});
