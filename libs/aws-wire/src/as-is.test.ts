import { describe, expect, test } from '@jest/globals';
import { muniment } from '@muniment/aws-model';
import { string, structure, timestamp } from '@muniment/aws-model/factories';
import fc from 'fast-check';
import { arbitrary } from './arbitrary.testing.js';
import { fitsAsIs } from './as-is.js';
import { checkInput, readJsonInput } from './index.js';
import { readJson, writeJson } from './json.js';

const { input } = muniment.IsAuthorized;
const fits = fitsAsIs(input);
const question = { Principal: 'arn:aws:iam::111122223333:user/ann', Actions: ['orders:GetOrder'] };

describe('what fits as it stands', () => {
  test('is what reading would make of it, and meets the model', () => {
    const valid = arbitrary(input, { text: fc.string({ maxLength: 24 }) }).map(
      (value) => JSON.parse(JSON.stringify(writeJson(input)(value))) as object,
    );
    const broken = fc.tuple(valid, fc.jsonValue()).map(([value, any]) => {
      const [key = 'Actions'] = Object.keys(value);
      return { ...value, [key]: any };
    });
    let fitting = 0;
    fc.assert(
      fc.property(fc.oneof(valid, broken), (value) => {
        if (!fits(value)) return;
        fitting++;
        expect(readJson(input)(value)).toEqual(value);
        expect(checkInput(muniment.IsAuthorized, value as never)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
    expect(fitting).toBeGreaterThan(20);
  });

  test.each<[string, object]>([
    ['nothing that is needed missing', { Principal: question.Principal }],
    ['no member that there is not', { ...question, Colour: 'red' }],
    ['no null', { ...question, Explain: null }],
    ['no text for a list', { ...question, Actions: 'orders:GetOrder' }],
    ['no list for a map', { ...question, Context: [] }],
    ['no union of two', { ...question, Context: { 'a:b': { String: 'x', Number: 1 } } }],
    ['no union of none', { ...question, Context: { 'a:b': {} } }],
    ['no time', { ...question, Context: { 'a:b': { Date: 0 } } }],
    ['no list that is too short', { ...question, Actions: [] }],
    ['no text that is too long', { ...question, Principal: 'x'.repeat(2049) }],
    ['no account that is none', { ...question, ResourceOwner: 'me' }],
    ['no key that is too short', { ...question, Context: { a: { String: 'x' } } }],
    ['not `__proto__`', JSON.parse('{"Actions":["orders:GetOrder"],"__proto__":{"Explain":true}}') as object],
  ])('has %s', (_, value) => {
    expect(fits(question)).toBe(true);
    expect(fits(value)).toBe(false);
  });

  test('bears the names that the operation knows', () => {
    const renamed = structure('In', () => ({
      At: timestamp('At'),
      Name: { shape: string('N'), required: false, wireName: 'n' },
    }));
    expect(fitsAsIs(renamed)({})).toBe(true);
    expect(fitsAsIs(renamed)({ n: 'x' })).toBe(false);
    expect(fitsAsIs(renamed)({ Name: 'x' })).toBe(false);
  });
});

describe('an input that is parsed already', () => {
  const read = (value: unknown) => readJsonInput(muniment.IsAuthorized, value);

  test('is read when it does not fit', () => {
    expect(read({ ...question, Explain: null, Colour: 'red', Context: { 'a:b': { Date: 0 } } })).toEqual({
      ok: true,
      input: { ...question, Context: { 'a:b': { Date: new Date(0) } } },
    });
  });

  test.each([
    ['ValidationError', {}],
    ['ValidationError', { ...question, ResourceOwner: 'me' }],
    ['MalformedInput', { ...question, Actions: [1] }],
    ['MalformedInput', []],
    ['MalformedInput', undefined],
  ])('is refused with %s', (code, value) => {
    expect(read(value)).toMatchObject({ ok: false, fault: { code } });
  });
});
