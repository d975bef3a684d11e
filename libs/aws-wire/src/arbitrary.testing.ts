/** Random values of a shape that meet its constraints, for property tests. */
import type { Shape, StringShape, Structure } from '@muniment/aws-model';
import fc from 'fast-check';

/** Every character that a class in the models tells apart, and some beyond. */
const ALPHABET = [
  ...Array.from({ length: 0x100 }, (_, code) => String.fromCodePoint(code)),
  ...'ĀжλあЩ漢字２\u2003\u2028\u3000\ud7ff\ue000\ufffd',
  ...'😀𝒳\u{10ffff}',
];

/** Patterns that no generator can follow. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$': ['abc', 'a-b-c', '0x0'],
};

const CLASS = /^\^?\(?\[(?:\\.|[^\]\\])+\][+*]\)?\$?$/;

function expression(pattern: string): RegExp {
  const source = pattern.replace(/^\(\?s\)/, '');
  const flags = source === pattern ? '' : 's';
  try {
    return new RegExp(`^(?:${source})$`, `${flags}u`);
  } catch {
    return new RegExp(`^(?:${source})$`, flags);
  }
}

function textOf({ pattern, values, min = 0, max = min + 24 }: StringShape, anyText: fc.Arbitrary<string>) {
  if (values) return fc.constantFrom(...values);
  if (pattern === undefined) {
    const padding = 'x'.repeat(min);
    return anyText.map((any) => [...any, ...padding].slice(0, Math.max(min, Math.min(max, [...any].length))).join(''));
  }
  const whole = expression(pattern);
  const fits = (value: string) => whole.test(value) && [...value].length >= min && [...value].length <= max;
  if (EXAMPLES[pattern]) return fc.constantFrom(...EXAMPLES[pattern]);
  if (CLASS.test(pattern)) {
    const pool = ALPHABET.filter((char) => whole.test(char));
    const least = /\+\)?\$?$/.test(pattern) ? Math.max(min, 1) : min;
    return fc.string({ unit: fc.constantFrom(...pool), minLength: least, maxLength: Math.min(max, min + 24) });
  }
  return fc.stringMatching(whole, { size: 'small' }).filter(fits);
}

const text = (shape: StringShape, taste: Taste) => textOf(shape, taste.text).filter(taste.accepts ?? (() => true));

const DATES = { min: new Date('1900-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true };
const wholeSeconds = fc.date(DATES).map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));

export interface Taste {
  /** The strings of shapes without a pattern. */
  readonly text: fc.Arbitrary<string>;
  /** What of all strings is of use; all if left out. */
  readonly accepts?: (text: string) => boolean;
}

type Values = Record<string, unknown>;

function structureOf(shape: Structure, taste: Taste, depth: number): fc.Arbitrary<Values> {
  const required = shape.members.filter((member) => member.required).map(({ name }) => name);
  const reached = shape.members.filter((member) => member.required || shape.union || depth > 0);
  const model = Object.fromEntries(reached.map((member) => [member.name, arbitrary(member.shape, taste, depth - 1)]));
  if (shape.union) return fc.oneof(...Object.entries(model).map(([name, value]) => fc.record({ [name]: value })));
  return fc.record(model, { requiredKeys: required, noNullPrototype: true });
}

const sizes = (shape: { min?: number; max?: number }) => {
  const least = shape.min ?? 0;
  return { least, most: Math.min(shape.max ?? 3, least + 3) };
};

export function arbitrary(shape: Shape, taste: Taste, depth = 6): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return text(shape, taste);
    case 'boolean':
      return fc.boolean();
    case 'number': {
      const whole = shape.format === 'integer' || shape.format === 'long';
      // Text has no negative zero.
      if (!whole) return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
      const [least, most] = shape.format === 'integer' ? [-(2 ** 31), 2 ** 31 - 1] : [-(2 ** 53) + 1, 2 ** 53 - 1];
      return fc.integer({ min: shape.min ?? least, max: shape.max ?? most });
    }
    case 'timestamp':
      return wholeSeconds;
    case 'blob':
      return fc.uint8Array({ minLength: Math.max(shape.min ?? 0, 1), maxLength: (shape.min ?? 0) + 20 });
    case 'list': {
      const { least, most } = sizes(shape);
      return fc.array(arbitrary(shape.member, taste, depth), { minLength: least, maxLength: most });
    }
    case 'map': {
      const { least, most } = sizes(shape);
      const [key, value] = [text(shape.key, taste), arbitrary(shape.value, taste, depth)];
      return fc.dictionary(key, value, { minKeys: least, maxKeys: most, noNullPrototype: true });
    }
    case 'structure':
      return structureOf(shape, taste, depth);
  }
}
