import { describe, expect, test } from '@jest/globals';
import { iam, type Operation, sts } from '@muniment/aws-model';
import { list, map, operation, string, structure } from '@muniment/aws-model/factories';
import fc from 'fast-check';
import { operationOf, protocolOf } from './index.js';
import { get, post } from './requests.testing.js';

const protocol = protocolOf(iam.service);
const decode = (of: Operation, form: string) => protocol.decode(of, post(form));
const malformed = (message: unknown = expect.any(String), code = 'MalformedInput') => ({
  ok: false,
  fault: { code, message },
});

describe('a form becomes the input', () => {
  test('structures, lists and scalars, in any order, whatever the model does not name ignored', () => {
    const form =
      'Tags.member.2.Value=2&Tags.member.1.Key=a&UserName=bob&Tags.member.2.Key=b&Tags.member.1.Value=1&Colour=red&A.B.C=1';
    expect(decode(iam.CreateUser, form)).toEqual({
      ok: true,
      input: {
        UserName: 'bob',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      },
    });
  });

  test('query string and body count alike, the first of equal names wins (requirements-4 API-2)', () => {
    const request = post('UserName=body&Path=/b/', { query: 'UserName=query' });
    expect(protocol.decode(iam.CreateUser, request)).toEqual({ ok: true, input: { UserName: 'query', Path: '/b/' } });
    expect(protocol.decode(iam.GetUser, get('/', 'Action=GetUser&UserName=bob'))).toEqual({
      ok: true,
      input: { UserName: 'bob' },
    });
  });

  test('plus, percent and raw UTF-8 are all read', () => {
    expect(decode(iam.GetUser, 'UserName=a+b%2Bc%C3%A9é')).toEqual({ ok: true, input: { UserName: 'a b+céé' } });
  });

  test('a bare list name is the empty list', () => {
    expect(decode(iam.CreateUser, 'UserName=bob&Tags=')).toEqual({ ok: true, input: { UserName: 'bob', Tags: [] } });
  });

  test('numbers with gaps keep their order; a huge one costs nothing', () => {
    const form = 'TagKeys.member.999999999=c&TagKeys.member.10=b&TagKeys.member.9=a&UserName=bob';
    expect(decode(iam.UntagUser, form)).toEqual({ ok: true, input: { UserName: 'bob', TagKeys: ['a', 'b', 'c'] } });
  });

  test('integers, booleans, timestamps and blobs are typed', () => {
    expect(decode(sts.AssumeRole, 'DurationSeconds=900')).toEqual({ ok: true, input: { DurationSeconds: 900 } });
    expect(decode(iam.ListPolicies, 'OnlyAttached=true')).toEqual({ ok: true, input: { OnlyAttached: true } });
    const of = operation({
      name: 'Op',
      service: 'x',
      input: structure('In', () => ({ At: { kind: 'timestamp', name: 'At' }, Data: { kind: 'blob', name: 'Data' } })),
      output: structure('Out', () => ({})),
      errors: [],
    });
    expect(decode(of, 'At=2020-01-01T00:00:00Z&Data=aGk%3D')).toEqual({
      ok: true,
      input: { At: new Date('2020-01-01T00:00:00Z'), Data: Buffer.from('hi') },
    });
    expect(decode(of, 'At=1577836800')).toMatchObject({ input: { At: new Date('2020-01-01T00:00:00Z') } });
    expect(decode(of, 'At=yesterday')).toEqual(malformed('not a valid timestamp: `yesterday`'));
    expect(decode(of, 'Data=%21')).toEqual(malformed('not valid base64'));
  });

  test('maps, flattened lists and names of the wire', () => {
    const text = string('Text');
    const of = operation({
      name: 'Op',
      service: 'x',
      input: structure('In', () => ({
        Labels: map(
          'Labels',
          () => text,
          () => text,
        ),
        Flat: list('Flat', () => text, { flattened: true }),
        Renamed: list('Renamed', () => text, { flattened: true, itemName: 'Item' }),
        Named: list('Named', () => text, { itemName: 'entry' }),
        Bag: map(
          'Bag',
          () => text,
          () => text,
          { flattened: true, keyName: 'Name', valueName: 'Text' },
        ),
      })),
      output: structure('Out', () => ({})),
      errors: [],
    });
    const form =
      'Labels.entry.1.key=__proto__&Labels.entry.1.value=p&Flat.1=a&Flat.2=b&Item.1=c&Named.entry.1=d&Bag.1.Name=n&Bag.1.Text=t';
    const result = decode(of, form) as { input: { Labels: object } };
    expect(result).toMatchObject({
      ok: true,
      input: { Flat: ['a', 'b'], Renamed: ['c'], Named: ['d'], Bag: { n: 't' } },
    });
    expect(Object.entries(result.input.Labels)).toEqual([['__proto__', 'p']]);
    expect(decode(of, 'Labels.entry.1.value=p')).toEqual(malformed('expected `key` and `value` in a map entry'));
  });
});

describe('a form that does not fit the model', () => {
  test.each([
    ['UserName.x=1', 'Start of structure or map found where not expected.'],
    ['Tags.member.x.Key=a', 'not a valid list index: `x`'],
    ['Tags.member.0.Key=a', 'not a valid list index: `0`'],
    ['Tags.member.-1.Key=a', 'not a valid list index: `-1`'],
    ['Tags.member.9999999999.Key=a', 'not a valid list index: `9999999999`'],
    ['Tags.1.Key=a', 'expected only `member` and a number below a collection'],
    ['Tags.member=a', 'expected only `member` and a number below a collection'],
    ['Tags=a', 'value found where a collection was expected: `a`'],
    ['Tags.member.1=a', 'value found where a structure was expected: `a`'],
  ])('%s', (form, message) => {
    expect(decode(iam.CreateUser, form)).toEqual(malformed(message));
  });

  test.each(['abc', '1.5', '', '2147483648', '1e3', '0x10'])('`%s` is not an integer', (text) => {
    expect(decode(iam.ListUsers, `MaxItems=${text}`)).toEqual(malformed(`not a valid integer: \`${text}\``));
  });

  test('a boolean is true or false', () => {
    expect(decode(iam.ListPolicies, 'OnlyAttached=True')).toEqual(malformed('not a valid boolean: `True`'));
  });

  test.each(['UserName=%', 'UserName=%zz', 'UserName=%ff'])('%s is a syntax error', (form) => {
    expect(decode(iam.GetUser, form)).toEqual(
      malformed('The query string contains a syntax error.', 'MalformedQueryString'),
    );
  });

  test('a name nested beyond any model is refused, not followed', () => {
    expect(decode(iam.GetUser, `${'a.'.repeat(100_000)}=1`)).toEqual(malformed('parameter name is nested too deeply'));
  });

  test('more parameters than any request has are refused before they are kept', () => {
    const many = Array.from({ length: 30_000 }, (_, index) => `${index}${'.a'.repeat(30)}=`).join('&');
    const started = process.cpuUsage();
    expect(decode(iam.GetUser, many)).toEqual(malformed('the request has too many parameters'));
    expect(process.cpuUsage(started).user).toBeLessThan(200_000);
    const tags = Array.from({ length: 2000 }, (_, n) => `Tags.member.${n + 1}.Key=k&Tags.member.${n + 1}.Value=v`);
    expect(decode(iam.TagUser, `UserName=bob&${tags.join('&')}`)).toMatchObject({ ok: true });
  });

  test('exactly one member of a union', () => {
    const form = 'PolicyExclusionList.member.1.PolicyArn=x&PolicyExclusionList.member.1.PolicyType=scp';
    expect(decode(iam.SimulatePrincipalPolicy, form)).toEqual(malformed('expected one member of `PolicyIdentifier`'));
  });

  test('whatever arrives, the answer is an input or a fault', () => {
    const part = fc.constantFrom(
      'Tags',
      'member',
      '1',
      '2',
      'Key',
      'Value',
      'UserName',
      '',
      '.',
      '=',
      '&',
      '%',
      '%41',
      '+',
      'é',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const result = decode(iam.CreateUser, parts.join(''));
        expect(result.ok ? typeof result.input : typeof result.fault.code).toMatch(/^(object|string)$/);
      }),
    );
  });
});

describe('which operation', () => {
  const found = (form: string) => operationOf(iam.service, post(form));

  test('by Action and Version', () => {
    expect(found('Action=CreateUser&Version=2010-05-08')).toBe(iam.CreateUser);
  });

  test.each([
    ['Version=2010-05-08', 'MissingAction', 'The request is missing an action.'],
    ['Action=Nope&Version=2010-05-08', 'InvalidAction', 'Could not find operation Nope for version 2010-05-08'],
    [
      'Action=CreateUser&Version=2001-01-01',
      'InvalidAction',
      'Could not find operation CreateUser for version 2001-01-01',
    ],
    ['Action=CreateUser', 'InvalidAction', 'Could not find operation CreateUser for version NO_VERSION_SPECIFIED'],
    ['Action=toString&Version=2010-05-08', 'InvalidAction', 'Could not find operation toString for version 2010-05-08'],
    ['Action=%zz', 'MalformedQueryString', 'The query string contains a syntax error.'],
  ])('%s', (form, code, message) => {
    expect(found(form)).toEqual({ code, message });
  });
});
