import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller, Session } from '@muniment/kernel';
import {
  Accounts,
  account,
  allow,
  inline,
  now,
  other,
  roleCalls,
  roleCreated,
  userArn,
  userCalls,
  userCreated,
} from './accounts.testing.js';
import { Decisions, type Question } from './decisions.js';

let accounts: Accounts;

beforeEach(() => {
  accounts = new Accounts();
});

/** Whether a statement with this condition allows the question. */
async function holds(
  Condition: object,
  caller: Caller,
  question: Partial<Question> = {},
  tags: Tags = [],
): Promise<boolean> {
  const { principal } = caller;
  const name = principal.type === 'User' ? principal.userName : 'night';
  const policy = allow('*', { Condition });
  if (principal.type === 'User')
    accounts.happen(account, userCreated(name, { tags }), inline('User', name, 'own', policy));
  else accounts.happen(account, roleCreated(name, { tags }), inline('Role', name, 'own', policy));
  const asked = { action: 'iam:GetUser', resource: userArn('alice'), ...question };
  const verdict = await new Decisions({ from: accounts.reader }).authorize(caller, [asked], now);
  return verdict.allowed;
}

type Tags = { Key: string; Value: string }[];
const alice = userCalls('alice');
const sessionOf = (more: Partial<Session> = {}): Session => ({
  kind: 'GetSessionToken',
  issuedAt: '2026-03-01T11:00:00Z',
  expiresAt: '2026-03-01T13:00:00Z',
  ...more,
});
const aliceInSession = (more: Partial<Session> = {}) => userCalls('alice', { session: sessionOf(more) });

describe('global condition keys (requirements-4 section 9)', () => {
  test.each([
    ['DateEquals', 'aws:CurrentTime', '2026-03-01T12:00:00Z'],
    ['NumericEquals', 'aws:EpochTime', '1772366400'],
    ['IpAddress', 'aws:SourceIp', '203.0.113.0/24'],
    ['StringEquals', 'aws:UserAgent', 'aws-cli/2'],
    ['Bool', 'aws:SecureTransport', 'true'],
    ['Bool', 'aws:ViaAWSService', 'false'],
    ['Bool', 'aws:PrincipalIsAWSService', 'false'],
    ['StringEquals', 'aws:PrincipalAccount', account],
    ['ArnEquals', 'aws:PrincipalArn', userArn('alice')],
    ['StringEquals', 'aws:PrincipalType', 'User'],
    ['StringEquals', 'aws:userid', 'AIDAalice'],
    ['StringEquals', 'aws:username', 'alice'],
    ['StringEquals', 'aws:RequestedRegion', 'us-east-1'],
    ['StringEquals', 'aws:ResourceAccount', account],
    ['Null', 'aws:TokenIssueTime', 'true'],
    ['Null', 'aws:SourceIdentity', 'true'],
  ])('a user with long-term keys: %s %s %s', async (operator, key, value) => {
    expect(await holds({ [operator]: { [key]: value } }, alice)).toBe(true);
  });

  test.each([
    ['ArnEquals', 'aws:PrincipalArn', `arn:aws:iam::${account}:role/night`],
    ['StringEquals', 'aws:PrincipalType', 'AssumedRole'],
    ['StringEquals', 'aws:userid', 'AROAnight:night'],
    ['Null', 'aws:username', 'true'],
    ['DateEquals', 'aws:TokenIssueTime', '2026-03-01T11:00:00Z'],
    ['StringEquals', 'aws:SourceIdentity', 'alice'],
  ])('a role session: %s %s %s', async (operator, key, value) => {
    expect(await holds({ [operator]: { [key]: value } }, roleCalls('night', { sourceIdentity: 'alice' }))).toBe(true);
  });

  test("services with regions are asked in the request's own", async () => {
    const condition = { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } };
    expect(await holds(condition, alice, { action: 'sts:GetCallerIdentity', resource: '*' })).toBe(true);
  });

  test("the account of a resource is said by the question, by its ARN, or is the caller's", async () => {
    const of = (owner: string) => ({ StringEquals: { 'aws:ResourceAccount': owner } });
    expect(await holds(of(account), alice, { resource: '*' })).toBe(true);
    expect(await holds(of('aws'), alice, { resource: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })).toBe(true);
    expect(await holds(of(other), alice, { resource: '*', account: other })).toBe(false);
  });

  test('the operation tells more keys and may correct the global ones', async () => {
    const context = {
      'iam:PolicyARN': 'arn:aws:iam::aws:policy/X',
      'aws:MultiFactorAuthPresent': true,
      'aws:UserAgent': undefined,
    };
    expect(await holds({ ArnEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/X' } }, alice, { context })).toBe(true);
    expect(await holds({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, alice, { context })).toBe(true);
    expect(await holds({ StringEquals: { 'aws:UserAgent': 'aws-cli/2' } }, alice, { context })).toBe(true);
  });
});

describe('principal tags', () => {
  const tags = [{ Key: 'Team', Value: 'blue' }];

  test('are those of the user or role', async () => {
    expect(await holds({ StringEquals: { 'aws:PrincipalTag/team': 'blue' } }, alice, {}, tags)).toBe(true);
    expect(await holds({ StringEquals: { 'aws:PrincipalTag/Team': 'blue' } }, roleCalls('night'), {}, tags)).toBe(true);
  });

  test('of a session come before them, whatever the case (requirements-2 section 7)', async () => {
    const session = roleCalls('night', { tags: { TEAM: 'red' } });
    expect(await holds({ StringEquals: { 'aws:PrincipalTag/Team': 'red' } }, session, {}, tags)).toBe(true);
    expect(await holds({ StringEquals: { 'aws:PrincipalTag/Team': 'blue' } }, session, {}, tags)).toBe(false);
  });
});

describe('the second factor (requirements-4 section 6, aws:MultiFactorAuthPresent)', () => {
  const present = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  const missing = { Bool: { 'aws:MultiFactorAuthPresent': 'false' } };
  const absent = { Null: { 'aws:MultiFactorAuthPresent': 'true' } };
  const ageAbsent = { Null: { 'aws:MultiFactorAuthAge': 'true' } };
  const withMfa = aliceInSession({ mfaAt: '2026-03-01T11:30:00Z' });

  test.each([
    ['long-term keys', alice, absent],
    ['long-term keys', alice, ageAbsent],
    ['GetSessionToken without', aliceInSession(), missing],
    ['GetSessionToken without', aliceInSession(), ageAbsent],
    ['GetSessionToken with', withMfa, present],
    ['GetSessionToken with', withMfa, { NumericEquals: { 'aws:MultiFactorAuthAge': '1800' } }],
    ['AssumeRole', roleCalls('night'), missing],
    ['AssumeRole with', roleCalls('night', { mfaAt: '2026-03-01T11:30:00Z' }), missing],
    ['AssumeRole with', roleCalls('night', { mfaAt: '2026-03-01T11:30:00Z' }), ageAbsent],
  ])('%s', async (_, caller, condition) => {
    expect(await holds(condition, caller)).toBe(true);
  });
});
