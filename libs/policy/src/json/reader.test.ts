import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readJson, type JsonLimits } from './reader.js';
import type { JsonNode } from './tree.js';

const limits: JsonLimits = { maxLength: 100_000, maxDepth: 32, keepDuplicates: false };

function value(node: JsonNode): unknown {
  if (node.kind === 'object') return new Map([...node.members].map(([key, member]) => [key, value(member.value)]));
  if (node.kind === 'array') return node.items.map(value);
  if (node.kind === 'string') return node.text;
  return JSON.parse(node.text);
}

function plain(parsed: unknown): unknown {
  if (Array.isArray(parsed)) return parsed.map(plain);
  if (typeof parsed === 'object' && parsed !== null)
    return new Map(Object.entries(parsed).map(([key, one]) => [key, plain(one)]));
  return parsed;
}

function read(text: string, more: Partial<JsonLimits> = {}): JsonNode {
  const reading = readJson(text, { ...limits, ...more });
  if (!reading.ok) throw new Error(reading.fault.message);
  return reading.value;
}

function fault(text: string, more: Partial<JsonLimits> = {}): unknown {
  const reading = readJson(text, { ...limits, ...more });
  return reading.ok ? undefined : reading.fault;
}

/** JSON.parse keeps the last of repeated keys, so those texts are left to tests of their own. */
function accepted(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('reading', () => {
  test('gives the same values as JSON.parse', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium', maxDepth: 10 }), fc.constantFrom(0, 2), (data, indent) => {
        const text = JSON.stringify(data, null, indent);
        expect(value(read(text))).toEqual(plain(JSON.parse(text)));
      }),
    );
  });

  test('accepts exactly what JSON.parse accepts, apart from repeated keys', () => {
    const alphabet = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"b"',
      '1',
      '-',
      '0',
      '.',
      'e',
      '+',
      'true',
      'null',
      ' ',
      '\n',
      '"',
      '\\',
      'u00e9',
      '\t',
      '\u0001',
    );
    fc.assert(
      fc.property(
        fc.array(alphabet, { maxLength: 14 }).map((parts) => parts.join('')),
        (text) => {
          const reading = readJson(text, limits);
          if (!reading.ok && reading.fault.reason === 'duplicate') return;
          expect(reading.ok).toBe(accepted(text));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        readJson(text, limits);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    '-',
    '0x10',
    'NaN',
    'Infinity',
    "'a'",
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '"\u0009"',
    '"\\x41"',
    '"\\u12"',
    '{} {}',
    '\ufeff{}',
    '',
    '//',
    '"a',
  ])('refuses %j', (text) => {
    expect(fault(text)).toMatchObject({ reason: 'syntax' });
  });

  test('keeps lone surrogates and U+0000 as they are', () => {
    expect(read('"\\ud800\\u0000\\udfff"')).toMatchObject({ text: '\ud800\u0000\udfff' });
  });

  test('treats `__proto__` and `constructor` as data', () => {
    const node = read('{"__proto__":{"polluted":true},"constructor":1}');
    expect(node.kind === 'object' && [...node.members.keys()]).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('positions', () => {
  test('count lines at line feeds, carriage returns and both together', () => {
    const node = read('{\n  "a":\r\n [\r 7]}');
    const list = node.kind === 'object' ? node.members.get('a') : undefined;
    expect(node.position).toEqual({ line: 1, column: 1, offset: 0 });
    expect(list?.keyPosition).toEqual({ line: 2, column: 3, offset: 4 });
    expect(list?.value.position).toEqual({ line: 3, column: 2, offset: 11 });
    expect(list?.value.kind === 'array' && list.value.items[0]?.position).toEqual({ line: 4, column: 2, offset: 14 });
  });
});

describe('limits (reliability-security S22)', () => {
  test('a repeated key is found wherever it stands, with its path (requirements-4 GRM-3)', () => {
    expect(fault('{"Statement":[{},{"Effect":"Allow",\n"Effect":"Deny"}]}')).toEqual({
      reason: 'duplicate',
      message: 'duplicate key `Effect`',
      path: 'Statement[1].Effect',
      position: { line: 2, column: 1, offset: 36 },
    });
    expect(fault('{"a":1,"\\u0061":2}')).toMatchObject({ reason: 'duplicate', path: 'a' });
  });

  test('repeated keys can be kept for old policies; the last one is the member', () => {
    const node = read('{"a":1,"a":2,"a":3}', { keepDuplicates: true });
    const members = node.kind === 'object' ? node : undefined;
    expect(members?.members.get('a')?.value).toMatchObject({ text: '3' });
    expect(members?.repeated.map(({ value: one }) => (one.kind === 'number' ? one.text : ''))).toEqual(['1', '2']);
  });

  test('32 levels pass, 33 do not', () => {
    expect(fault('['.repeat(32) + ']'.repeat(32))).toBeUndefined();
    expect(fault('['.repeat(33) + ']'.repeat(33))).toMatchObject({ reason: 'depth' });
    expect(fault('{"a":'.repeat(33))).toMatchObject({ reason: 'depth' });
  });

  test('a million levels end at the limit, not at the stack', () => {
    expect(fault('['.repeat(1_000_000), { maxLength: 2_000_000 })).toMatchObject({ reason: 'depth' });
  });

  test('the size is looked at before anything else', () => {
    expect(fault('x'.repeat(100_001))).toMatchObject({ reason: 'size', position: { offset: 0 } });
  });

  test('time grows with the length, not with its square', () => {
    // The best of several: on a busy machine any one may have had to wait.
    const timed = (length: number): number => {
      const text = `[${'"\\n",'.repeat(length)}"${'a'.repeat(length)}"]`;
      const times = Array.from({ length: 5 }, () => {
        const started = performance.now();
        read(text, { maxLength: 10_000_000 });
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    timed(1000);
    // Sixteen times the text: quadratic time would be 256 times as long.
    expect(timed(160_000)).toBeLessThan(100 * Math.max(timed(10_000), 1));
  });
});
