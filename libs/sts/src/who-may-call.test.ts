import { describe, expect, test } from '@jest/globals';
import { services } from '@muniment/aws-model';
import type { Session } from '@muniment/kernel';
import { refusal } from './who-may-call.js';

const times = { issuedAt: '2026-11-20T10:00:00.000Z', expiresAt: '2026-11-20T11:00:00.000Z' };
const assumed: Session = { kind: 'AssumeRole', ...times };
const plain: Session = { kind: 'GetSessionToken', ...times };
const withMfa: Session = { ...plain, mfaAt: times.issuedAt };

const all = services.flatMap(({ id, operations }) => Object.keys(operations).map((name) => [id, name] as const));
const refused = (session: Session | undefined) =>
  all.flatMap(([service, name]) => (refusal(session, service, name) ? [`${service}:${name}`] : []));
const of = (service: string, ...except: string[]) =>
  all.flatMap(([id, name]) => (id === service && !except.includes(name) ? [`${id}:${name}`] : []));

describe('which credentials may call what (requirements-2 section 8)', () => {
  test('long-term credentials: everything', () => {
    expect(refused(undefined)).toEqual([]);
  });

  test('those of AssumeRole: everything but GetFederationToken and GetSessionToken', () => {
    expect(refused(assumed)).toEqual(['sts:GetFederationToken', 'sts:GetSessionToken']);
  });

  test('those of GetSessionToken without MFA: no IAM calls, of STS only AssumeRole and GetCallerIdentity (ruling 17)', () => {
    expect(new Set(refused(plain))).toEqual(new Set([...of('iam'), ...of('sts', 'AssumeRole', 'GetCallerIdentity')]));
  });

  test('those of GetSessionToken with MFA: IAM too', () => {
    expect(refused(withMfa)).toEqual(of('sts', 'AssumeRole', 'GetCallerIdentity'));
  });
});

test('STS says that the kind of credentials is the reason', () => {
  expect(refusal(assumed, 'sts', 'GetSessionToken')).toEqual({
    code: 'AccessDenied',
    message: 'Cannot call GetSessionToken with session credentials',
    status: 403,
  });
});

test('IAM does not know credentials without MFA', () => {
  expect(refusal(plain, 'iam', 'ListUsers')).toEqual({
    code: 'InvalidClientTokenId',
    message: 'The security token included in the request is invalid.',
    status: 403,
  });
});
