import { describe, expect, test } from '@jest/globals';
import { readJson, type JsonReading } from './reader.js';

const limits = { maxLength: 1000, maxDepth: 32, keepDuplicates: false };
const MARK = '▸';

const read = (text: string): JsonReading => readJson(text, limits);

describe('what is read', () => {
  test.each(['0', '-0', '7', '10', '-905', '1.5', '-0.25', '100.001', '1e5', '1E5', '1e+5', '1e-5', '0e0', '-1.5e-10'])(
    'the number %s, as it is written',
    (text) => {
      const position = { line: 1, column: 1, offset: 0 };
      expect(read(text)).toEqual({ ok: true, value: { kind: 'number', position, text } });
    },
  );

  test.each<[string, string]>([
    ['""', ''],
    ['"a b"', 'a b'],
    ['"\\"\\\\\\/"', '"\\/'],
    ['"\\b\\f\\n\\r\\t"', '\b\f\n\r\t'],
    ['"x\\u0041y\\u00e9"', 'xAy\u00e9'],
    ['"\\u09aF\\uFa9A"', '\u09af\ufa9a'],
    ['"/ : @ G ` g"', '/ : @ G ` g'],
    ['"\u007f\u2028"', '\u007f\u2028'],
  ])('the string %s', (text, expected) => {
    expect(read(text)).toMatchObject({ ok: true, value: { kind: 'string', text: expected } });
  });

  test.each([
    ['true', 'boolean'],
    ['false', 'boolean'],
    ['null', 'null'],
  ])('the word %s', (text, kind) => {
    expect(read(` \t\r\n${text}\n`)).toMatchObject({ ok: true, value: { kind, text } });
  });

  test('where each value starts, and where an object ends', () => {
    const reading = read('{"a": {\n},\n\n"b":[ {} , true]\r}');
    const value = reading.ok && reading.value.kind === 'object' ? reading.value : undefined;
    expect(value?.end).toEqual({ line: 5, column: 2, offset: 30 });
    expect(value?.members.get('a')?.value).toMatchObject({
      position: { line: 1, column: 7, offset: 6 },
      end: { line: 2, column: 2, offset: 9 },
    });
    const list = value?.members.get('b')?.value;
    expect(list?.kind === 'array' && list.items.map(({ position }) => position)).toEqual([
      { line: 4, column: 7, offset: 18 },
      { line: 4, column: 12, offset: 23 },
    ]);
  });
});

describe('what is refused, where, and under which path', () => {
  test.each<[string, string, string]>([
    ['01▸', 'a number has a leading zero', ''],
    ['-00▸', 'a number has a leading zero', ''],
    ['-▸', 'a digit is expected', ''],
    ['1.▸', 'a digit is expected', ''],
    ['1.▸e5', 'a digit is expected', ''],
    ['1e▸', 'a digit is expected', ''],
    ['1E+▸', 'a digit is expected', ''],
    ['1e-▸x', 'a digit is expected', ''],
    ['"a▸', 'a string does not end', ''],
    ['"a▸\u001f"', 'a control character stands in a string', ''],
    ['"a▸\n"', 'a control character stands in a string', ''],
    ['"▸\\x"', 'an unknown escape stands in a string', ''],
    ['"\\"▸', 'a string does not end', ''],
    ['"▸\\x0041"', 'an unknown escape stands in a string', ''],
    ['"▸\\u123"', 'an unknown escape stands in a string', ''],
    ...['/', ':', '@', 'G', '`', 'g', 'x'].map((digit): [string, string, string] => [
      `"▸\\u00${digit}0"`,
      'an unknown escape stands in a string',
      '',
    ]),
    ['"▸\\u000x"', 'an unknown escape stands in a string', ''],
    ['▸', 'the text ends too early', ''],
    ['  \n▸', 'the text ends too early', ''],
    ['▸tru', 'a value is expected', ''],
    ['▸/1', 'a value is expected', ''],
    ['▸:', 'a value is expected', ''],
    ['▸\u00a01', 'a value is expected', ''],
    ['▸\u000b1', 'a value is expected', ''],
    ['null▸l', 'more than one value', ''],
    ['1 ▸1', 'more than one value', ''],
    ['1▸/', 'more than one value', ''],
    ['1▸:', 'more than one value', ''],
    ['{}▸}', 'more than one value', ''],
    ['[1▸', 'the text ends too early', '[1]'],
    ['[1 ▸2]', 'a comma or a closing bracket is expected', '[1]'],
    ['[1▸}', 'a comma or a closing bracket is expected', '[1]'],
    ['{"a":1▸]', 'a comma or a closing bracket is expected', 'a'],
    ['[1,▸]', 'a value is expected', '[1]'],
    ['[▸,1]', 'a value is expected', '[0]'],
    ['[▸}', 'a value is expected', '[0]'],
    ['{▸]', 'a key is expected', ''],
    ['{▸1:2}', 'a key is expected', ''],
    ['{"a":1,▸}', 'a key is expected', 'a'],
    ['{"a" ▸1}', 'a colon is expected', 'a'],
    ['{"a":▸}', 'a value is expected', 'a'],
    ['{"a":[1,{"b":▸x}]}', 'a value is expected', 'a[1].b'],
    ['[[],[[],▸x]]', 'a value is expected', '[1][1]'],
    ['{"":{"a":▸x}}', 'a value is expected', 'a'],
    ['{"a":{"":▸x}}', 'a value is expected', 'a'],
  ])('%j: %s (%j)', (marked, message, path) => {
    const text = marked.replace(MARK, '');
    const reading = read(text);
    expect(reading.ok ? undefined : { ...reading.fault, position: reading.fault.position.offset }).toEqual({
      reason: 'syntax',
      message,
      path,
      position: marked.indexOf(MARK),
    });
  });

  test('a text that is too long, and one that is just not', () => {
    expect(readJson('1'.repeat(11), { ...limits, maxLength: 10 })).toEqual({
      ok: false,
      fault: {
        reason: 'size',
        message: 'the text is longer than 10 characters',
        path: '',
        position: { line: 1, column: 1, offset: 0 },
      },
    });
    expect(readJson('1'.repeat(10), { ...limits, maxLength: 10 }).ok).toBe(true);
  });

  test('one level too many, of objects and arrays alike', () => {
    const fault = { reason: 'depth', message: 'more than 2 levels', path: 'a[0]' };
    expect(readJson('{"a":[[]]}', { ...limits, maxDepth: 2 })).toMatchObject({ ok: false, fault });
    expect(readJson('{"a":[{}]}', { ...limits, maxDepth: 2 })).toMatchObject({ ok: false, fault });
    expect(readJson('{"a":[]}', { ...limits, maxDepth: 2 }).ok).toBe(true);
  });

  test('the lines of a fault are counted', () => {
    const reading = read('[\n1,\r\n  x]');
    expect(reading.ok ? undefined : reading.fault.position).toEqual({ line: 3, column: 3, offset: 8 });
  });
});
