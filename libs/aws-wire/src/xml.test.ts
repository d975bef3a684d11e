import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { iam, type Structure, sts } from '@muniment/aws-model';
import {
  blob,
  boolean,
  double,
  list,
  map,
  optional,
  string,
  structure,
  timestamp,
} from '@muniment/aws-model/factories';
import { protocolOf } from './index.js';
import { contentOf, escapeXml } from './xml.js';

const ID = 'c3ab8ff1-3720-4d7a-9a3c-example00000';

describe('a response', () => {
  test('has the shape of the Query protocol (requirements-4 API-10)', () => {
    const response = protocolOf(iam.service).encode(
      iam.CreateUser,
      {
        User: {
          Path: '/',
          UserName: 'bob',
          UserId: 'AIDACKCEVSQ6C2EXAMPLE',
          Arn: 'arn:aws:iam::123456789012:user/bob',
          CreateDate: new Date('2020-01-01T00:00:00.999Z'),
          Tags: [],
        },
      },
      ID,
    );
    expect(response).toEqual({
      status: 200,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': ID },
      body:
        '<CreateUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateUserResult><User><Path>/</Path>' +
        '<UserName>bob</UserName><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Arn>arn:aws:iam::123456789012:user/bob</Arn>' +
        '<CreateDate>2020-01-01T00:00:00Z</CreateDate><Tags/></User></CreateUserResult>' +
        `<ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata></CreateUserResponse>`,
    });
  });

  test('of an operation that answers nothing has no result', () => {
    expect(protocolOf(iam.service).encode(iam.DeleteUser, {}, ID).body).toBe(
      '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">' +
        `<ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata></DeleteUserResponse>`,
    );
  });

  test('leaves out what is undefined or undeclared', () => {
    const output = { Account: '123456789012', UserId: undefined, Secret: 'x' };
    expect(protocolOf(sts.service).encode(sts.GetCallerIdentity, output, ID).body).toContain(
      '<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>',
    );
  });
});

describe('text', () => {
  test.each([
    ['a & b < c > "d"', 'a &amp; b &lt; c &gt; &quot;d&quot;'],
    ['a\r\nb\tc', 'a&#xD;\nb\tc'],
    ['nul\u0000 and \ud800 alone', 'nul\ufffd and \ufffd alone'],
    ['😀 é', '😀 é'],
    ['& 😀', '&amp; 😀'],
  ])('%j', (text, escaped) => {
    expect(escapeXml(text)).toBe(escaped);
  });
});

describe('shapes', () => {
  const text = string('Text');

  test('times are to the second, whatever the day', () => {
    const content = contentOf(timestamp('At'));
    const times = ['1969-12-31T23:59:59Z', '2020-02-29T12:34:56Z', '2020-02-29T00:00:00Z', '0001-01-01T01:02:03Z'];
    expect(times.map((time) => content(new Date(time)))).toEqual(times);
  });

  test('booleans, numbers and bytes', () => {
    expect(contentOf(boolean('B'))(false)).toBe('false');
    expect(contentOf(double('D'))(0.5)).toBe('0.5');
    expect(contentOf(blob('X'))(new Uint8Array([1, 2, 3]).subarray(1))).toBe('AgM=');
  });

  test('maps, flattened collections, attributes and names of the wire', () => {
    const shape = structure('All', () => ({
      Labels: map(
        'Labels',
        () => text,
        () => text,
      ),
      Flat: list('Flat', () => text, { flattened: true }),
      Bag: map(
        'Bag',
        () => text,
        () => text,
        { flattened: true, keyName: 'Name', valueName: 'Text' },
      ),
      Renamed: optional(text, { wireName: 'renamed' }),
      Marked: structure('Marked', () => ({
        Kind: optional(text, { xmlAttribute: true, wireName: 'type' }),
        Body: text,
      })),
    }));
    const value = {
      Labels: { a: '1' },
      Flat: ['x', ''],
      Bag: { n: 't' },
      Renamed: 'r',
      Marked: { Kind: '"k"', Body: 'b' },
    };
    expect(contentOf(shape)(value)).toBe(
      '<Labels><entry><key>a</key><value>1</value></entry></Labels><Flat>x</Flat><Flat/>' +
        '<Bag><Name>n</Name><Text>t</Text></Bag><renamed>r</renamed><Marked type="&quot;k&quot;"><Body>b</Body></Marked>',
    );
  });

  test('whichever members are there, empty or not, tags open and close in pairs', () => {
    const inner = structure('Inner', () => ({ X: optional(text), Y: optional(text) }));
    const shape = structure('Outer', () => ({
      A: optional(text),
      B: optional(text),
      Flat: optional(list('Flat', () => text, { flattened: true })),
      C: optional(text),
      Items: optional(list('Items', () => inner)),
    }));
    const one = fc.option(fc.constantFrom('', 'v'), { nil: undefined });
    const values = fc.record({
      A: one,
      B: one,
      Flat: fc.option(fc.array(fc.constantFrom('', 'f'), { maxLength: 3 }), { nil: undefined }),
      C: one,
      Items: fc.option(fc.array(fc.record({ X: one, Y: one }), { maxLength: 3 }), { nil: undefined }),
    });
    const tag = (name: string, content: string | undefined) =>
      content === undefined ? '' : content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
    fc.assert(
      fc.property(values, ({ A, B, Flat, C, Items }) => {
        const items = Items?.map(({ X, Y }) => tag('member', tag('X', X) + tag('Y', Y))).join('');
        const flat = (Flat ?? []).map((each) => tag('Flat', each)).join('');
        expect(contentOf(shape)({ A, B, Flat, C, Items })).toBe(
          tag('A', A) + tag('B', B) + flat + tag('C', C) + tag('Items', items),
        );
      }),
    );
  });

  test('a shape may contain itself', () => {
    const tree: Structure = structure('Tree', () => ({ Name: text, Children: list('Trees', () => tree) }));
    const value = { Name: 'a', Children: [{ Name: 'b', Children: [] }] };
    expect(contentOf(tree)(value)).toBe(
      '<Name>a</Name><Children><member><Name>b</Name><Children/></member></Children>',
    );
  });
});
