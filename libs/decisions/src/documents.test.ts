import { describe, expect, test } from '@jest/globals';
import type { PolicyType } from '@muniment/policy';
import fc from 'fast-check';
import { Documents, keyOf, readStored } from './documents.js';

describe('stored documents', () => {
  test('of old versions are read (requirements-4 GRM-4)', () => {
    const document = '{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
    expect(readStored(document, 'identity', 'aws')).toMatchObject({ ok: true });
  });

  test('are compiled once for everyone who has the same text under the same name', () => {
    const documents = new Documents(10);
    const text = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
    const compiled = documents.compiled(text, 'Readers', 'identity', 'aws');
    expect(documents.compiled(text, 'Readers', 'identity', 'aws')).toBe(compiled);
    expect(documents.compiled(text, 'Readers', 'boundary', 'aws')).not.toBe(compiled);
    expect(documents.compiled(text, 'Writers', 'identity', 'aws')).not.toBe(compiled);
  });

  test('that differ never share a key (reliability-security S24)', () => {
    const word = fc.array(fc.constantFrom(' ', 'a', '1', '3 ', '{}'), { maxLength: 5 }).map((parts) => parts.join(''));
    const type = fc.constantFrom<PolicyType>('identity', 'boundary');
    const parts = fc.tuple(word, word, type, word);
    fc.assert(
      fc.property(parts, parts, (one, another) => {
        expect(keyOf(...one) === keyOf(...another)).toBe(JSON.stringify(one) === JSON.stringify(another));
      }),
      { numRuns: 20_000 },
    );
    expect(keyOf('{}', 'a b', 'identity', 'aws')).not.toBe(keyOf('b {}', 'a', 'identity', 'aws'));
  });
});
