import { describe, expect, test } from '@jest/globals';
import { Documents, readStored } from './documents.js';

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
});
