import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchesPattern, matchesTemplate } from './text-pattern.js';

const escaped = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
const letters = (unit: string) => fc.string({ unit: fc.constantFrom(...unit), maxLength: 12 });

test('a pattern means what the same regular expression means', () => {
  fc.assert(
    fc.property(letters('ab*?'), letters('ab'), (pattern, text) => {
      const expression = escaped(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.');
      expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${expression}$`).test(text));
    }),
    { numRuns: 2000 },
  );
});

test('a template means what the same regular expression means', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', '/', '*', '${Name}'), { maxLength: 8 });
  fc.assert(
    fc.property(pieces, letters('ab/'), (template, text) => {
      const expression = template.map((piece) => (piece.length > 1 || piece === '*' ? '.+' : piece)).join('');
      expect(matchesTemplate(template.join(''), text)).toBe(new RegExp(`^${expression}$`).test(text));
    }),
    { numRuns: 2000 },
  );
});

test('no pattern is slow', () => {
  const started = process.cpuUsage();
  expect(matchesPattern('a*'.repeat(200), 'a'.repeat(5000))).toBe(true);
  expect(matchesPattern(`${'a*'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
  expect(matchesTemplate('a${B}'.repeat(200), 'a'.repeat(5000))).toBe(true);
  expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
});
