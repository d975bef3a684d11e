import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyKind } from '../document.js';
import { compilePolicy } from '../compile.js';
import { evaluate } from '../evaluate.js';
import { alice, request } from '../fixtures.js';
import { TEXTS } from './fault.js';
import { readPolicy } from './read-policy.js';
import { BASE, message, ofStatement } from './read-policy.testing.js';

describe('syntax of identity policies', () => {
  test.each<[string, unknown]>([
    ['no JSON', 'this is no JSON'],
    ['two objects (GRM-1)', '{} {}'],
    ['an array', []],
    ['an unknown element', { Version: '2012-10-17', Statement: BASE, Extra: 1 }],
    ['an unknown version', { Version: '2013-10-17', Statement: BASE }],
    ['a version that is no string', { Version: 20121017, Statement: BASE }],
    ['an Id that is no string', { Version: '2012-10-17', Id: ['x'], Statement: BASE }],
    ['no statement', { Version: '2012-10-17' }],
    ['an empty list of statements', { Version: '2012-10-17', Statement: [] }],
    ['a statement that is no object', { Version: '2012-10-17', Statement: ['x'] }],
    ['two Statement keys (GRM-2)', `{"Version":"2012-10-17","Statement":${JSON.stringify(BASE)},"Statement":[]}`],
    [
      'two Effect keys (GRM-3)',
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}}',
    ],
  ])('%s', (_name, document) => {
    expect(message(document)).toBe('Syntax errors in policy.');
  });

  test.each<[string, unknown]>([
    ['an unknown element', { ...BASE, Extra: 'x' }],
    ['no effect', { Action: '*', Resource: '*' }],
    ['an unknown effect', { ...BASE, Effect: 'Maybe' }],
    ['an effect that is no string', { ...BASE, Effect: true }],
    ['a Sid that is no string', { ...BASE, Sid: {} }],
    ['actions in an object', { ...BASE, Action: {} }],
    ['actions in lists of lists', { ...BASE, Action: [['s3:*']] }],
    ['Action beside NotAction (GRM-8)', { ...BASE, NotAction: 's3:*' }],
    ['resources that are no strings', { ...BASE, Resource: ['*', {}] }],
    ['Resource beside NotResource (GRM-8)', { ...BASE, NotResource: [] }],
    ['a condition that is no object', { ...BASE, Condition: [] }],
    ['an operator without keys', { ...BASE, Condition: { StringEquals: 'x' } }],
    ['a value that is an object', { ...BASE, Condition: { StringEquals: { k: {} } } }],
    ['a value that is null', { ...BASE, Condition: { StringEquals: { k: null } } }],
    ['an unknown operator', { ...BASE, Condition: { StringIs: { k: 'x' } } }],
    ['an operator in another case', { ...BASE, Condition: { stringequals: { k: 'x' } } }],
    ['an unknown prefix', { ...BASE, Condition: { 'ForAnyValue::StringEquals': { k: 'x' } } }],
    ['IfExists on Null', { ...BASE, Condition: { NullIfExists: { k: 'true' } } }],
  ])('%s', (_name, statement) => {
    expect(ofStatement(statement)).toBe('Syntax errors in policy.');
  });

  test('a statement without an effect in a list is found', () => {
    expect(ofStatement([BASE, { Action: '*', Resource: '*' }])).toBe('Syntax errors in policy.');
  });
});

describe('what AWS says about identity policies', () => {
  test.each<[string, unknown]>([
    ['Policy document must be version 2012-10-17 or greater.', { Statement: BASE }],
    ['Policy document must be version 2012-10-17 or greater.', { Version: '2008-10-17', Statement: BASE }],
  ])('%s', (expected, document) => {
    expect(message(document)).toBe(expected);
    expect(message(document, 'identity', { oldVersions: true })).toBeUndefined();
    expect(message(document, 'session')).toBeUndefined();
  });

  const iamPaths =
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, ' +
    'server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.';

  test.each<[string, unknown]>([
    [TEXTS.principal, { ...BASE, Principal: '*' }],
    [TEXTS.principal, { ...BASE, NotPrincipal: { AWS: '*' } }],
    [TEXTS.legacy, { ...BASE, Effect: 'allow' }],
    [TEXTS.legacy, { ...BASE, Condition: { DateGreaterThan: { k: 'soon' } } }],
    [TEXTS.legacy, { ...BASE, Condition: { 'ForAnyValue:DateLessThanIfExists': { k: '234-13' } } }],
    [TEXTS.legacy, { ...BASE, Resource: 'arn:aws:s3::bucket' }],
    [TEXTS.legacy, { ...BASE, Resource: 'arn:aws:bucket' }],
    [TEXTS.legacy, { ...BASE, Resource: 'arn:aws::::bucket' }],
    [
      'Statement IDs (SID) in a single policy must be unique.',
      [
        { ...BASE, Sid: 'a' },
        { ...BASE, Sid: 'a' },
      ],
    ],
    [
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      { ...BASE, Sid: 'a-b' },
    ],
    ['Policy statement must contain actions.', { Effect: 'Allow', Resource: '*' }],
    ['Policy statement must contain actions.', { ...BASE, Action: [] }],
    ['Policy statement must contain resources.', { Effect: 'Allow', Action: 's3:*' }],
    ['Policy statement must contain resources.', { ...BASE, Resource: [] }],
    ['Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.', { ...BASE, Action: 'ListBucket' }],
    [
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
      { Effect: 'Allow', NotAction: '', Resource: '*' },
    ],
    ['Actions/Condition can contain only one colon.', { ...BASE, Action: ['s3:Get*', 's3:List:Bucket'] }],
    ['Vendor a a is not valid', { ...BASE, Action: 'a a:ListBucket' }],
    ['Vendor Code* is not valid', { ...BASE, Action: 'Code*:Get' }],
    ['Resource bucket must be in ARN format or "*".', { ...BASE, Resource: 'bucket' }],
    ['Resource  must be in ARN format or "*".', { ...BASE, Resource: '' }],
    ['Resource ** must be in ARN format or "*".', { ...BASE, NotResource: '**', Resource: undefined }],
    ['Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".', { ...BASE, Resource: 'a:b:c:d:e:f:g:h' }],
    ['Partition "b" is not valid for resource "arn:b:c:*:*:*".', { ...BASE, Resource: 'a:b:c' }],
    ['Partition "s3" is not valid for resource "arn:s3:::bucket:*".', { ...BASE, Resource: 'aws:s3:::bucket' }],
    [
      'Partition "bad" is not valid for resource "arn:bad:s3:::bucket".',
      { ...BASE, Resource: ['arn:bad:s3:::bucket', 'arn:worse:s3:::bucket'] },
    ],
    ['Resource vendor must be fully qualified and cannot contain regexes.', { ...BASE, Resource: 'arn:aws' }],
    [
      'Resource vendor must be fully qualified and cannot contain regexes.',
      { ...BASE, Resource: 'arn:aws:s*:::bucket' },
    ],
    [
      'IAM resource arn:aws:iam:us-east-1::user/x cannot contain region information.',
      { ...BASE, Resource: 'arn:aws:iam:us-east-1::user/x' },
    ],
    [
      'Resource arn:aws:s3:us-east-1::bucket can not contain region information.',
      { ...BASE, Resource: 'arn:aws:s3:us-east-1::bucket' },
    ],
    [iamPaths, { ...BASE, Resource: 'arn:aws:iam::123456789012:u*' }],
    [iamPaths, { ...BASE, Resource: 'arn:aws:iam:::bucket' }],
  ])('%s', (expected, statement) => {
    expect(ofStatement(statement)).toBe(expected);
  });

  test.each<[string, string, unknown]>([
    ['version', TEXTS.version, { Statement: { ...BASE, Effect: 'denY' } }],
    [
      'legacy parsing before Sids',
      TEXTS.legacy,
      {
        Version: '2012-10-17',
        Statement: [
          { ...BASE, Sid: 'a', Effect: 'aLLow' },
          { ...BASE, Sid: 'a' },
        ],
      },
    ],
    [
      'legacy parsing before actions',
      TEXTS.legacy,
      { Version: '2012-10-17', Statement: { Effect: 'Allow', Resource: 'arn:aws:s3::bucket' } },
    ],
    [
      'dates before partitions',
      TEXTS.legacy,
      {
        Version: '2012-10-17',
        Statement: { ...BASE, Resource: 'arn:bad:s3:::x', Condition: { DateEquals: { k: 'x' } } },
      },
    ],
    [
      'Sids before actions',
      TEXTS.duplicateSid,
      {
        Version: '2012-10-17',
        Statement: [
          { ...BASE, Sid: 'a' },
          { Sid: 'a', Effect: 'Allow' },
        ],
      },
    ],
    ['actions before resources', TEXTS.actions, { Version: '2012-10-17', Statement: [{ Effect: 'Deny' }, BASE] }],
    [
      'resource formats before action names',
      'Resource x must be in ARN format or "*".',
      { Version: '2012-10-17', Statement: { ...BASE, Action: 's:3:x', Resource: 'x' } },
    ],
    [
      'action names before missing resources',
      TEXTS.vendor,
      { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'x' } },
    ],
  ])('of several faults AWS names one: %s', (_name, expected, document) => {
    expect(message(document)).toBe(expected);
  });

  test.each<[string, unknown]>([
    ['one statement without a list', BASE],
    ['everything', { Effect: 'Allow', Action: '*', Resource: '*' }],
    ['every service and name', { ...BASE, Action: '*:*' }],
    [
      'unknown services and names (ACT-7)',
      { ...BASE, Action: ['aaa-b.c:Thing', 'iam: odd name '], Resource: 'arn:aws:invalid-service:us-east-1::x' },
    ],
    [
      'NotAction and NotResource',
      { Effect: 'Deny', NotAction: 's3:*', NotResource: ['arn:aws:s3:::a', 'arn:aws:s3:::a/*'] },
    ],
    ['wildcards in partition, region and account (ruling 21)', { ...BASE, Resource: 'arn:*:ec2:*:*:instance/*' }],
    ['a wildcard in the resource type (ruling 20)', { ...BASE, Resource: 'arn:aws:logs:*:*:*:/x/*' }],
    ['every IAM resource', { ...BASE, Resource: 'arn:aws:iam::123456789012:*' }],
    [
      'the account of a root user, as AWS names it',
      { ...BASE, NotResource: 'arn:aws:iam::*:root', Resource: undefined },
    ],
    [
      'what S3 keeps in regions',
      { ...BASE, Resource: ['arn:aws:s3:*:*:accesspoint/x', 'arn:aws:s3:eu-west-1:123456789012:job/*'] },
    ],
    [
      'an empty Sid, twice',
      [
        { ...BASE, Sid: '' },
        { ...BASE, Sid: '' },
      ],
    ],
    ['an empty condition', { ...BASE, Condition: {} }],
    ['an operator without keys, even one that is none', { ...BASE, Condition: { StringEquals: {}, x: {} } }],
    ['a key without values', { ...BASE, Condition: { StringEquals: { k: [] } } }],
    [
      'numbers and booleans without quotes',
      { ...BASE, Condition: { NumericLessThan: { k: 5 }, Bool: { k: [true, 'false'] } } },
    ],
    ['prefix and suffix together', { ...BASE, Condition: { 'ForAllValues:StringNotLikeIfExists': { k: 'x' } } }],
    [
      'dates of both kinds',
      { ...BASE, Condition: { DateLessThan: { k: ['2026-11-20T10:20:30.5+01:00', '1795170030'] } } },
    ],
  ])('accepts %s', (_name, statement) => {
    expect(ofStatement(statement)).toBeUndefined();
  });

  test('accepts an Id, as AWS does', () => {
    expect(message({ Version: '2012-10-17', Id: 'an id with spaces', Statement: BASE })).toBeUndefined();
  });

  test('resources cut short are accepted as old policies have them, and cover nothing', () => {
    const statement = { ...BASE, Resource: 'arn:aws:waf:*' };
    expect(ofStatement(statement)).toBe(TEXTS.legacy);
    expect(ofStatement(statement, 'session')).toBe(TEXTS.legacy);
    expect(ofStatement(statement, 'identity', { oldVersions: true })).toBeUndefined();
  });

  test('another partition is accepted where it is said to be ours', () => {
    const statement = { ...BASE, Resource: 'arn:aws-cn:s3:::bucket' };
    expect(ofStatement(statement)).toBe('Partition "aws-cn" is not valid for resource "arn:aws-cn:s3:::bucket".');
    expect(ofStatement(statement, 'identity', { partition: 'aws-cn' })).toBeUndefined();
  });
});

describe('where the fault is', () => {
  test('errors bear a position', () => {
    const text = '{\n "Version": "2012-10-17",\n "Statement": [{"Effect": "Allow", "Action": "x", "Resource": "*"}]\n}';
    expect(readPolicy(text, 'identity')).toEqual({
      ok: false,
      error: {
        code: 'MalformedPolicyDocument',
        message: TEXTS.vendor,
        position: { line: 3, column: 46, offset: text.indexOf('"x"') },
      },
    });
  });

  test('a repeated key is named with its path', () => {
    const reading = readPolicy('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Effect":"Deny"}]}', 'identity');
    expect(!reading.ok && reading.error).toMatchObject({
      detail: 'duplicate key `Effect`',
      path: 'Statement[0].Effect',
    });
  });

  test('statements and their values keep their positions', () => {
    const reading = readPolicy(`{"Version":"2012-10-17","Statement":[\n${JSON.stringify(BASE)}]}`, 'identity');
    const statement = reading.ok ? reading.policy.statements[0] : undefined;
    expect(statement?.position).toMatchObject({ line: 2, column: 1 });
    expect(statement?.action.values[0]?.position).toMatchObject({ line: 2, column: 28 });
  });
});

describe('repeated keys (ruling 39)', () => {
  const text = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Effect":"Deny","Action":"s3:Get*","Action":["s3:Put*"],"Resource":"arn:aws:s3:::a","Resource":"arn:aws:s3:::b"}}`;

  test('are refused on save', () => {
    expect(message(text)).toBe(TEXTS.syntax);
  });

  test('of imported policies are merged: the last Effect counts, actions and resources are joined (requirements-4 GRM-4)', () => {
    const reading = readPolicy(text, 'identity', { duplicateKeys: 'merge' });
    const statement = reading.ok ? reading.policy.statements[0] : undefined;
    expect(statement?.effect).toBe('Deny');
    expect(statement?.action.values.map(({ text: one }) => one)).toEqual(['s3:Get*', 's3:Put*']);
    expect(statement?.resource?.values.map(({ text: one }) => one)).toEqual(['arn:aws:s3:::a', 'arn:aws:s3:::b']);
  });
});

describe('hostile text (reliability-security S22)', () => {
  const kinds: readonly PolicyKind[] = ['identity', 'trust', 'resource', 'session', 'scp'];

  test('reading never throws, and what was read can be evaluated', () => {
    const word = fc.constantFrom(
      'Effect',
      'Allow',
      'Deny',
      'Action',
      'NotAction',
      'Resource',
      'NotResource',
      'Principal',
      'Condition',
      'AWS',
      '*',
      's3:*',
      'arn:aws:s3:::${x}',
      'StringLike',
      'Bool',
      'Sid',
      '__proto__',
      '',
    );
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.constantFrom(1, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(word, tie('value'), { maxKeys: 5 }),
      ),
    })).value;
    const statement = fc.record(
      { Effect: fc.constantFrom('Allow', 'Deny'), Action: json, Resource: json, Principal: json, Condition: json },
      { requiredKeys: ['Effect'] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          json,
          fc.record({
            Version: fc.constant('2012-10-17'),
            Statement: fc.oneof(statement, fc.array(statement, { maxLength: 3 })),
          }),
        ),
        fc.constantFrom(...kinds),
        (document, kind) => {
          const reading = readPolicy(JSON.stringify(document), kind);
          if (!reading.ok) return;
          const policy = compilePolicy(reading.policy, { id: 'x', type: 'identity' });
          evaluate(request(alice), { identity: [policy], resource: policy });
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('ten megabytes, deep nesting and many keys are answered at once', () => {
    const started = process.cpuUsage();
    expect(message('['.repeat(100_000))).toBe(TEXTS.syntax);
    expect(message(' '.repeat(10_000_000))).toBe(TEXTS.syntax);
    expect(message(`{${Array.from({ length: 9000 }, (_, index) => `"key${index}":1`).join(',')}}`)).toBe(TEXTS.syntax);
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });
});
