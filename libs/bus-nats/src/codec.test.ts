import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Json } from '@muniment/runtime';
import { CodecError, decode, encode } from './codec.js';

const back = (message: unknown) => decode(encode(message));

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  // Half a pair is a string like any other in JavaScript.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('$', '$$', '__proto__', 'constructor', 'toJSON', 'hasOwnProperty', '0', '10', ''),
);
const bytes = fc.uint8Array({ maxLength: 40 });
const leaf = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
  fc.maxSafeInteger(),
  fc.date({ noInvalidDate: false }),
  bytes,
);
const { message } = fc.letrec((tie) => ({
  message: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('message'), { maxLength: 5 }),
    // Own members, whatever they are called.
    fc.array(fc.tuple(text, tie('message')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
  ),
}));

/** Bytes come back as a Buffer, which Jest tells from a Uint8Array. */
const comparable = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return ['bytes', ...value];
  if (value instanceof Date) return ['time', value.getTime()];
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, comparable(member)]));
};

describe('codec', () => {
  test('what is plain comes back exactly, and what is sent stays as it was', () => {
    const proto = Object.getOwnPropertyNames(Object.prototype).length;
    fc.assert(
      fc.property(message, (sent) => {
        const before = comparable(sent);
        expect(comparable(back(sent))).toEqual(before);
        expect(comparable(sent)).toEqual(before);
      }),
      { numRuns: 2000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(proto);
  });

  test.each([
    ['nothing', undefined, undefined],
    ['members without a value', { a: undefined, b: 1, c: { d: undefined } }, { b: 1, c: {} }],
    ['list items without a value', [undefined, 1], [null, 1]],
    ['half a pair of a string', ['\ud83d', 'x\udca9'], ['\ud83d', 'x\udca9']],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a member called as a mark', { $: new Date(5), $$: 1, $a: 2 }, { $: new Date(5), $$: 1, $a: 2 }],
    ['a member called as a mark, and nothing marked', { $: 5 }, { $: 5 }],
  ])('%s', (_, sent, received) => {
    expect(back(sent)).toEqual(received);
  });

  test('a member called `__proto__` is a member, and no more', () => {
    const sent = JSON.parse('{"__proto__": {"admin": true}, "at": 1}') as Record<string, unknown>;
    for (const value of [sent, { at: new Date(0), inner: sent }]) {
      const received = back(value) as { admin?: boolean; inner?: { admin?: boolean } };
      expect(received.admin ?? received.inner?.admin).toBeUndefined();
      expect(JSON.stringify(received)).toContain('"__proto__":{"admin":true}');
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('bytes are copied from the message, not kept with all of it', () => {
    const sent = encode({ key: Buffer.from('secret') });
    const { key } = decode(sent) as { key: Uint8Array };
    sent.fill(0);
    expect(Buffer.from(key).toString()).toBe('secret');
    expect(key.buffer.byteLength).toBe(6);
  });

  test('plain messages are plain JSON: `nats request` can ask', () => {
    expect(Buffer.from(encode({ a: [1, 'ä'] })).toString()).toBe('{"a":[1,"ä"]}');
    expect(decode(Buffer.from(' {"$": 5} '))).toEqual({ $: 5 });
  });

  class Account {
    readonly id = 1;
  }
  const cycle: unknown[] = [];
  cycle.push(cycle);
  test.each([
    ['NaN', Number.NaN],
    ['Infinity', { a: [Infinity] }],
    ['a function', { toJSON: () => 1 }],
    ['a bigint', 1n],
    ['a symbol', [Symbol('a')]],
    ['a Map', new Map([[1, 2]])],
    ['an Error', new Error('a')],
    ['an object of a class', { account: new Account() }],
    ['a cycle', cycle],
  ])('%s cannot be sent', (_, sent) => {
    expect(() => encode(sent)).toThrow(CodecError);
  });

  test('messages that are too deep are refused, not run into', () => {
    const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => decode(Buffer.from(deep(200)))).not.toThrow();
    for (const depth of [300, 100_000]) expect(() => decode(Buffer.from(deep(depth)))).toThrow(CodecError);
  });

  test('any bytes are read or refused with a clear error', () => {
    const refusedOrRead = (given: Uint8Array): boolean => {
      try {
        decode(given);
        return true;
      } catch (error) {
        return error instanceof CodecError && error.message !== '';
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), refusedOrRead), { numRuns: 2000 });
    const broken = fc.tuple(message, fc.nat(), fc.nat(255), fc.nat()).map(([sent, at, byte, cut]) => {
      const given = Uint8Array.from(encode({ sent, at: new Date(0), key: Buffer.from('key') }));
      given[at % given.length] = byte;
      return given.subarray(0, given.length - (cut % 3));
    });
    fc.assert(fc.property(broken, refusedOrRead), { numRuns: 2000 });
  });

  test.each([
    ['cut off', [1, 0, 0, 0, 9, 0x5b]],
    ['shorter than its head', [1, 0]],
    ['with bytes too many', [1, 0, 0, 0, 2, 0x5b, 0x5d, 7]],
    ['with a mark for bytes that are missing', [1, 0, 0, 0, 9, ...Buffer.from('{"$":"2"}'), 7]],
    ['with a mark that says nothing', [1, 0, 0, 0, 10, ...Buffer.from('{"$":true}')]],
    ['not UTF-8', [0x22, 0xff, 0x22]],
    ['not JSON', [0x7b]],
  ])('a message is refused that is %s', (_, given) => {
    expect(() => decode(Uint8Array.from(given))).toThrow(CodecError);
  });
});

test('what is JSON already goes as it is', () => {
  expect(Buffer.from(encode(new Json('{"a":"é"}'))).toString()).toBe('{"a":"é"}');
  expect(back(new Json('{"a":[1]}'))).toEqual({ a: [1] });
});
