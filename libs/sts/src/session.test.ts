import { describe, expect, test } from '@jest/globals';
import type { Principal, Secrets, Session } from '@muniment/kernel';
import { countedIds } from '@muniment/testing';
import fc from 'fast-check';
import { issueSession, readSession } from './session.js';

const ids = countedIds();
/** Sealing adds 28 bytes and spells the whole in base64. */
const secrets: Secrets = {
  random: (bytes) => ids.random(bytes),
  id: (prefix) => ids.unique(prefix, 20),
  sealToken: (content) => Buffer.from(`${' '.repeat(28)}${content}`).toString('base64'),
};
const opened = (token: string): string => Buffer.from(token, 'base64').toString().slice(28);

const account = '111122223333';
const principal: Principal = {
  type: 'AssumedRole',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/Reader/ann`,
  roleArn: `arn:aws:iam::${account}:role/team/Reader`,
  roleId: 'AROAEXAMPLEEXAMPLEEXA',
  sessionName: 'ann',
};
const session: Session = {
  kind: 'AssumeRole',
  issuedAt: '2026-11-20T10:00:00.000Z',
  expiresAt: '2026-11-20T11:00:00.000Z',
};

describe('issueSession', () => {
  test('gives a key id of 20 characters, a secret of 40 and the time it all ends (requirements-2 section 8)', () => {
    const { Credentials } = issueSession({ account, principal, session }, secrets);
    expect(Credentials.AccessKeyId).toMatch(/^ASIA.{16}$/);
    expect(Credentials.SecretAccessKey).toHaveLength(40);
    expect(Credentials.Expiration).toEqual(new Date('2026-11-20T11:00:00.000Z'));
  });

  test('says how large the token is, in characters and in percent of 4096', () => {
    const issued = issueSession({ account, principal, session }, secrets);
    expect(issued.SessionTokenSize).toBe(issued.Credentials.SessionToken.length);
    expect(issued.SessionTokenUtilization).toBe(Math.ceil((issued.SessionTokenSize * 100) / 4096));
  });

  test('pads a token to the size that is asked for, without a change to what it says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4096 }), (minimum) => {
        const { Credentials, SessionTokenSize } = issueSession({ account, principal, session }, secrets, minimum);
        expect(SessionTokenSize).toBeGreaterThanOrEqual(minimum);
        expect(readSession(opened(Credentials.SessionToken))).toEqual({
          accessKeyId: Credentials.AccessKeyId,
          secretAccessKey: Credentials.SecretAccessKey,
          account,
          principal,
          session,
        });
      }),
    );
  });

  test('a token padded to the largest size is not too large', () => {
    const { SessionTokenUtilization } = issueSession({ account, principal, session }, secrets, 4096);
    expect(SessionTokenUtilization).toBe(100);
  });
});

describe('readSession', () => {
  test.each([
    '',
    'null',
    '7',
    '"session/1"',
    '[]',
    '{}',
    '{"form":"session/2"}',
    '{"form":"sign-in/1"}',
    '{"form":"sess',
  ])('takes %s for no session', (content) => expect(readSession(content)).toBeUndefined());

  test('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (content) => readSession(content) === undefined));
  });
});
