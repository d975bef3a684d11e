import { describe, expect, test } from '@jest/globals';
import { cloudtrail, iam, sts } from '@muniment/aws-model';
import { integer, list, map, operation, string, structure } from '@muniment/aws-model/factories';
import { checkInput } from './index.js';

const ROLE = 'arn:aws:iam::123456789012:role/r';

test('an input that meets the model has no error', () => {
  expect(checkInput(iam.CreateUser, { UserName: 'bob', Tags: [{ Key: 'a', Value: '' }] })).toBeUndefined();
});

describe("AWS's words for one constraint", () => {
  const failed = (value: string, path: string, constraint: string) =>
    `1 validation error detected: Value ${value}at '${path}' failed to satisfy constraint: ${constraint}`;

  test('pattern', () => {
    const text = failed("'a b' ", 'userName', 'Member must satisfy regular expression pattern: [\\w+=,.@-]+');
    expect(checkInput(iam.CreateUser, { UserName: 'a b' })).toBe(text);
  });

  test('a pattern holds for the whole value', () => {
    expect(checkInput(iam.CreateUser, { UserName: 'bob\n' })).toContain('regular expression pattern');
    expect(checkInput(iam.CreateUser, { UserName: 'bob', Path: '/a' })).toContain("at 'path'");
    expect(checkInput(iam.CreateUser, { UserName: 'bob', Path: '/' })).toBeUndefined();
  });

  test('length', () => {
    const long = 'x'.repeat(65);
    expect(checkInput(iam.CreateUser, { UserName: long })).toBe(
      failed(`'${long}' `, 'userName', 'Member must have length less than or equal to 64'),
    );
    expect(checkInput(sts.AssumeRole, { RoleArn: ROLE, RoleSessionName: 'x' })).toBe(
      failed("'x' ", 'roleSessionName', 'Member must have length greater than or equal to 2'),
    );
  });

  test('length counts characters, not UTF-16 units', () => {
    const of = operation({
      name: 'Op',
      service: 'x',
      input: structure<{ Text: string }>('In', () => ({ Text: string('Text', { min: 2, max: 3 }) })),
      output: structure('Out', () => ({})),
      errors: [],
    });
    expect(checkInput(of, { Text: '😀😀😀' })).toBeUndefined();
    expect(checkInput(of, { Text: '😀' })).toContain('greater than or equal to 2');
    expect(checkInput(of, { Text: '😀😀😀😀' })).toContain('less than or equal to 3');
  });

  test('null', () => {
    // @ts-expect-error UserName is required
    expect(checkInput(iam.CreateUser, {})).toBe(failed('null ', 'userName', 'Member must not be null'));
  });

  test('enum', () => {
    const input = { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'On' as 'Active' };
    expect(checkInput(iam.UpdateAccessKey, input)).toBe(
      failed("'On' ", 'status', 'Member must satisfy enum value set: [Active, Inactive, Expired]'),
    );
  });

  test('value', () => {
    expect(checkInput(sts.GetSessionToken, { DurationSeconds: 899 })).toBe(
      failed("'899' ", 'durationSeconds', 'Member must have value greater than or equal to 900'),
    );
    expect(checkInput(iam.ListUsers, { MaxItems: 1001 })).toBe(
      failed("'1001' ", 'maxItems', 'Member must have value less than or equal to 1000'),
    );
  });

  test('a member of an element of a list', () => {
    const pattern = 'Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*';
    const input = {
      UserName: 'bob',
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '#' },
      ],
    };
    expect(checkInput(iam.CreateUser, input)).toBe(failed("'#' ", 'tags.2.member.value', pattern));
  });

  test('a missing member of an element of a list', () => {
    // @ts-expect-error Key is required
    const input: iam.CreateUserRequest = { UserName: 'bob', Tags: [{ Value: '1' }] };
    expect(checkInput(iam.CreateUser, input)).toBe(failed('null ', 'tags.1.member.key', 'Member must not be null'));
  });

  test('the elements of a list of strings are judged together', () => {
    const constraint =
      'Member must satisfy constraint: [Member must have length less than or equal to 128, ' +
      'Member must have length greater than or equal to 1, ' +
      'Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+]';
    expect(checkInput(iam.UntagUser, { UserName: 'bob', TagKeys: ['a', '#'] })).toBe(
      failed("'[a, #]' ", 'tagKeys', constraint),
    );
  });

  test('a list of structures is not printed', () => {
    const Tags = Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: 'v' }));
    expect(checkInput(iam.CreateUser, { UserName: 'bob', Tags })).toBe(
      failed('', 'tags', 'Member must have length less than or equal to 50'),
    );
  });

  test('keys and values of maps', () => {
    const text = string('Text', { max: 2 });
    const of = operation({
      name: 'Op',
      service: 'x',
      input: structure<{ Labels?: Record<string, string>; Deep?: Record<string, { N?: number }> }>('In', () => ({
        Labels: map(
          'Labels',
          () => text,
          () => text,
          { max: 1 },
        ),
        Deep: map(
          'Deep',
          () => text,
          () => structure('Inner', () => ({ N: integer('N', { max: 1 }) })),
        ),
      })),
      output: structure('Out', () => ({})),
      errors: [],
    });
    const limit = '[Member must have length less than or equal to 2]';
    expect(checkInput(of, { Labels: { abc: 'x' } })).toBe(
      failed("'{abc=x}' ", 'labels', `Map keys must satisfy constraint: ${limit}`),
    );
    expect(checkInput(of, { Labels: { a: 'xyz' } })).toBe(
      failed("'{a=xyz}' ", 'labels', `Map value must satisfy constraint: ${limit}`),
    );
    expect(checkInput(of, { Labels: { a: '1', b: '2' } })).toBe(
      failed("'{a=1, b=2}' ", 'labels', 'Member must have length less than or equal to 1'),
    );
    expect(checkInput(of, { Deep: { a: { N: 2 } } })).toBe(
      failed("'2' ", 'deep.a.member.n', 'Member must have value less than or equal to 1'),
    );
  });

  test('a sensitive value is not echoed', () => {
    const text = checkInput(iam.CreateLoginProfile, { UserName: 'bob', Password: 'hunter2\u0001' });
    expect(text).toMatch(/^1 validation error detected: Value at 'password' failed to satisfy constraint: /);
    expect(text).not.toContain('hunter2');
  });
});

describe('several constraints', () => {
  test('are counted and joined', () => {
    expect(checkInput(sts.AssumeRole, { RoleArn: 'short', RoleSessionName: 'a/' + 'b'.repeat(70) })).toBe(
      "3 validation errors detected: Value 'short' at 'roleArn' failed to satisfy constraint: " +
        "Member must have length greater than or equal to 20; Value 'a/" +
        `${'b'.repeat(70)}' at 'roleSessionName' failed to satisfy constraint: ` +
        "Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value 'a/" +
        `${'b'.repeat(70)}' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    );
  });

  test('a list is judged as a whole and by its elements', () => {
    const of = operation({
      name: 'Op',
      service: 'x',
      input: structure<{ Names: string[] }>('In', () => ({
        Names: list('Names', () => string('Name', { max: 1 }), { max: 1 }),
      })),
      output: structure('Out', () => ({})),
      errors: [],
    });
    expect(checkInput(of, { Names: ['a', 'bc'] })).toMatch(
      /^2 validation errors detected: Value '\[a, bc\]' at 'names'/,
    );
  });
});

test.each<[string, string, boolean]>([
  ['dot matches line ends where the pattern says so', 'SELECT\n1', true],
  ['and the length still counts', '', false],
])('the patterns of Java: %s', (_, QueryStatement, valid) => {
  expect(checkInput(cloudtrail.StartQuery, { QueryStatement }) === undefined).toBe(valid);
});

test('a request full of errors is not answered by a text many times its size', () => {
  const Tags = Array.from({ length: 10_000 }, () => ({})) as iam.Tag[];
  const text = checkInput(iam.CreateUser, { UserName: 'bob', Tags })!;
  expect(text).toMatch(/^101 validation errors detected/);
  expect(text.length).toBeLessThan(20_000);
});

test('hostile text is matched in linear time', () => {
  const started = process.cpuUsage();
  checkInput(iam.CreatePolicy, { PolicyName: 'p', Path: `/${'a'.repeat(100_000)}!`, PolicyDocument: '{}' });
  checkInput(iam.CreateAccountAlias, { AccountAlias: `${'a-'.repeat(50_000)}!` });
  expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
});
