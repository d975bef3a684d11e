import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileText, hasAt, matchesPattern, matchesText, matchesWildcard, patternOf } from './wildcard.js';

/** Obvious and slow: a star takes nothing, or one character and stays. */
function reference(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first] = pattern;
  if (first === '*') return reference(pattern.slice(1), text) || (text !== '' && reference(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && reference(pattern.slice(1), text.slice(1));
}

const patterns = fc
  .array(fc.constantFrom('a', 'b', ':', '/', '*', '?'), { maxLength: 8 })
  .map((parts) => parts.join(''));
const texts = fc.array(fc.constantFrom('a', 'b', ':', '/', '*'), { maxLength: 9 }).map((parts) => parts.join(''));

describe('the wildcard matcher', () => {
  test('agrees with a slow reference (reliability-security S23)', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(matchesWildcard(pattern, text)).toBe(reference(pattern, text));
        expect(matchesPattern(patternOf(pattern), text)).toBe(reference(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });

  test('looks at the rest of a text from an offset', () => {
    fc.assert(
      fc.property(patterns, texts, texts, (pattern, before, text) => {
        expect(matchesText(compileText(pattern), before + text, before.length)).toBe(reference(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[string, string, boolean]>([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['**', 'ab', true],
    ['abc', 'abc', true],
    ['abc', 'abx', false],
    ['abc', 'xbc', false],
    ['abc', 'ab', false],
    ['abc', 'abcd', false],
    ['ab*', 'ab', true],
    ['ab*', 'a', false],
    ['ab*', 'xb', false],
    ['*ab', 'xab', true],
    ['*ab', 'b', false],
    ['*ab', 'abx', false],
    ['a*a', 'aa', true],
    ['a*a', 'a', false],
    ['ab*b', 'ab', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'axbxc', true],
    ['a*b*c', 'acb', false],
    ['a*b*c', 'ac', false],
    ['a**b', 'ab', true],
    ['a*bb*b', 'abbb', true],
    ['a*bb*b', 'abb', false],
    ['*ab*ab*', 'xabab', true],
    ['*ab*ab*', 'abx', false],
    ['*a*', 'a', true],
    ['*a*', 'b', false],
    ['?', '', false],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['??', 'a', false],
    ['a?c', 'abc', true],
    ['a?c', 'abd', false],
    ['a?*', 'a', false],
    ['*?', '', false],
    ['?*', 'ab', true],
    ['a*?c', 'ac', false],
    ['a*?c', 'abbc', true],
    ['*b?', 'bcbd', true],
    ['*b?d', 'bcbcd', true],
    ['*a?a*', 'aabab', true],
    ['*?*?', 'a', false],
    ['*?*?', 'ab', true],
    ['a?**', 'ab', true],
    ['a?**c', 'ab', false],
    ['?b', '*b', true],
    ['*', '*', true],
    ['\u0001?', 'ab', false],
    ['\u0002?', 'ab', false],
  ])('%j against %j: %s, from wherever the text starts', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text)).toBe(expected);
    expect(matchesPattern(patternOf(pattern), text)).toBe(expected);
    expect(matchesText(compileText(pattern), `b*${text}`, 2)).toBe(expected);
    expect(matchesPattern(patternOf(pattern), `b*${text}`, 2)).toBe(expected);
  });

  test('hasAt is startsWith', () => {
    fc.assert(
      fc.property(texts, texts, fc.nat(9), (text, part, from) => {
        fc.pre(from <= text.length);
        expect(hasAt(text, part, from)).toBe(text.startsWith(part, from));
      }),
    );
  });

  test.each([
    ['1/test/object.jpg', true],
    ['1/2/test/object.jpg', true],
    ['1/2/test/3/object.jpg', true],
    ['1/2/3/test/4/object.jpg', true],
    ['1///test///object.jpg', true],
    ['1/test/.jpg', true],
    ['/test/object.jpg', true],
    ['1/test/', true],
    ['1-test/object.jpg', false],
    ['test/object.jpg', false],
    ['1/2/test.jpg', false],
  ])('BUCKET/*/test/* against %s (requirements-4 RES-2)', (text, expected) => {
    expect(matchesWildcard('BUCKET/*/test/*', `BUCKET/${text}`)).toBe(expected);
  });

  test('a thousand stars are fast (reliability-security S22)', () => {
    const started = process.cpuUsage();
    expect(matchesWildcard(`${'*a'.repeat(1000)}*`, `${'a'.repeat(999)}b`)).toBe(false);
    expect(matchesWildcard('a*'.repeat(1000), 'a'.repeat(2000))).toBe(true);
    expect(matchesWildcard('*a*a*a*b', 'a'.repeat(1200))).toBe(false);
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });
});
