import { describe, expect, test } from '@jest/globals';
import { iam, sts } from '@muniment/aws-model';
import type { Caller } from '@muniment/kernel';
import { callRecords } from './call-record.js';
import { trailDate } from './elements.js';
import type { CallFacts } from './facts.js';

const account = '111122223333';

const ann: Caller = {
  account,
  principal: { type: 'User', account, arn: `arn:aws:iam::${account}:user/ann`, userId: 'AIDAANN', userName: 'ann' },
  accessKeyId: 'AKIAANN',
  sourceIp: '10.0.0.1',
  userAgent: 'aws-cli',
  secureTransport: false,
  region: 'us-east-1',
};

const session: Caller = {
  ...ann,
  principal: {
    type: 'AssumedRole',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/auditor/ann`,
    roleArn: `arn:aws:iam::${account}:role/path/auditor`,
    roleId: 'AROAAUDITOR',
    sessionName: 'ann',
  },
  accessKeyId: 'ASIASESSION',
  session: {
    kind: 'AssumeRole',
    issuedAt: '2026-11-20T09:00:00Z',
    expiresAt: '2026-11-20T10:00:00Z',
    sourceIdentity: 'ann',
  },
};

const facts = (change: Partial<CallFacts>): CallFacts => ({
  eventId: '00000000-0000-4000-8000-00000000000a',
  requestId: '00000000-0000-4000-8000-000000000001',
  at: '2026-11-20T09:30:00.123Z',
  service: iam.service,
  caller: ann,
  sourceIp: '10.0.0.1',
  userAgent: 'aws-cli',
  region: 'us-east-1',
  secureTransport: false,
  touched: [],
  ...change,
});

const trailOf = (change: Partial<CallFacts>) => callRecords(facts(change), '999999999999')[0]?.record.trail;

const key = {
  AccessKey: {
    UserName: 'bob',
    AccessKeyId: 'AKIABOB',
    Status: 'Active',
    SecretAccessKey: 'a secret',
    CreateDate: new Date('2014-07-18T16:07:39Z'),
  },
};

test('a change is recorded with request and answer in CloudTrail form, without the secret (requirements-2 section 14)', () => {
  const trail = trailOf({ operation: iam.CreateAccessKey, input: { UserName: 'bob' }, output: key });
  expect(trail).toMatchObject({
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateAccessKey',
    eventTime: '2026-11-20T09:30:00Z',
    sourceIPAddress: '10.0.0.1',
    readOnly: false,
    requestParameters: { userName: 'bob' },
    responseElements: {
      accessKey: { userName: 'bob', accessKeyId: 'AKIABOB', status: 'Active', createDate: 'Jul 18, 2014, 4:07:39 PM' },
    },
    recipientAccountId: account,
  });
  expect(JSON.stringify(trail)).not.toContain('a secret');
});

test('a read keeps no answer', () => {
  const trail = trailOf({ operation: iam.GetUser, input: { UserName: 'bob' }, output: { User: {} } });
  expect(trail).toMatchObject({ readOnly: true, requestParameters: { userName: 'bob' }, responseElements: null });
});

test('an error is named as CloudTrail names it: by its shape where it has one', () => {
  const fault = { code: 'NoSuchEntity', message: 'The user with name bob cannot be found.' };
  expect(trailOf({ operation: iam.DeleteUser, input: { UserName: 'bob' }, fault })).toMatchObject({
    errorCode: 'NoSuchEntityException',
    errorMessage: 'The user with name bob cannot be found.',
    responseElements: null,
  });
  expect(trailOf({ operation: iam.DeleteUser, fault: { code: 'AccessDenied', message: 'no' } })).toMatchObject({
    errorCode: 'AccessDenied',
  });
});

describe('who called', () => {
  test('a user', () => {
    expect(trailOf({ operation: iam.ListUsers })?.userIdentity).toEqual({
      type: 'IAMUser',
      principalId: 'AIDAANN',
      arn: `arn:aws:iam::${account}:user/ann`,
      accountId: account,
      accessKeyId: 'AKIAANN',
      userName: 'ann',
    });
  });

  test('a role session, with its role and source identity (requirements-4 IKY-5)', () => {
    expect(trailOf({ operation: iam.ListUsers, caller: session })?.userIdentity).toMatchObject({
      type: 'AssumedRole',
      principalId: 'AROAAUDITOR:ann',
      sessionContext: {
        sessionIssuer: { type: 'Role', principalId: 'AROAAUDITOR', userName: 'auditor' },
        attributes: { creationDate: '2026-11-20T09:00:00Z', mfaAuthenticated: 'false' },
        sourceIdentity: 'ann',
      },
    });
  });

  test('an unverified request is told by the key it claims, in the account of the key', () => {
    const claimed = { accessKeyId: 'AKIABOB', account: '222222222222' };
    const [{ account: owner, record } = { account: '', record: undefined }] = callRecords(
      facts({ caller: undefined, claimed }),
      '999999999999',
    );
    expect(owner).toBe('222222222222');
    expect(record?.trail.userIdentity).toEqual({
      type: 'AWSAccount',
      accountId: '222222222222',
      accessKeyId: 'AKIABOB',
    });
  });

  test('a request that tells nothing is kept by the first account', () => {
    const unknown = facts({ caller: undefined, service: undefined });
    expect(callRecords(unknown, '999999999999')).toMatchObject([
      { account: '999999999999', record: { trail: { eventName: 'Unknown', userIdentity: { type: 'Unknown' } } } },
    ]);
  });
});

test('assuming a role of another account leaves a record in both, with one shared id (requirements-2 section 14)', () => {
  const resource = 'arn:aws:iam::222222222222:role/r';
  const records = callRecords(
    facts({
      service: sts.service,
      operation: sts.AssumeRole,
      input: { RoleArn: resource, RoleSessionName: 's' },
      output: {
        Credentials: { AccessKeyId: 'ASIA1', SecretAccessKey: 'a secret', SessionToken: 't', Expiration: new Date(0) },
      },
      touched: [{ action: 'sts:AssumeRole', resource }],
    }),
    account,
  );
  expect(records.map((each) => each.account)).toEqual([account, '222222222222']);
  const [own, foreign] = records.map(({ record }) => record.trail);
  expect(own?.['sharedEventID']).toBe(foreign?.['sharedEventID']);
  expect(own?.eventID).not.toBe(foreign?.eventID);
  expect(foreign?.userIdentity).toEqual({ type: 'AWSAccount', principalId: 'AIDAANN', accountId: account });
  expect(JSON.stringify(records)).not.toContain('a secret');
  expect(own?.['responseElements']).toMatchObject({ credentials: { accessKeyId: 'ASIA1' } });
});

test('a refused one is recorded with the caller only: the account it names may not even exist', () => {
  const resource = 'arn:aws:iam::222222222222:role/r';
  const fault = { code: 'AccessDenied', message: 'no' };
  const touched = [{ action: 'sts:AssumeRole', resource }];
  const records = callRecords(facts({ service: sts.service, operation: sts.AssumeRole, fault, touched }), account);
  expect(records.map((each) => each.account)).toEqual([account]);
});

test.each([
  ['2014-07-18T16:07:39Z', 'Jul 18, 2014, 4:07:39 PM'],
  ['2026-01-01T00:00:00Z', 'Jan 1, 2026, 12:00:00 AM'],
  ['2026-12-31T12:05:09Z', 'Dec 31, 2026, 12:05:09 PM'],
])('%s is written %s', (iso, text) => {
  expect(trailDate(new Date(iso))).toBe(text);
});
