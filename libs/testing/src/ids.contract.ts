import { describe, expect, test } from '@jest/globals';
import type { Ids } from '@muniment/runtime';

/** What every source of ids promises. */
export function idsContract(name: string, open: () => Ids): void {
  describe(`ids ${name}`, () => {
    test.each([
      ['AIDA', 21],
      ['AKIA', 20],
      ['ANPA', 21],
    ])('%s… has %d upper-case letters and digits (requirements-4 section 1.3)', (prefix, length) => {
      const id = open().unique(prefix, length);
      expect(id).toHaveLength(length);
      expect(id).toMatch(new RegExp(`^${prefix}[A-Z0-9]+$`));
    });

    test('no id is given twice', () => {
      const ids = open();
      const many = Array.from({ length: 10_000 }, () => ids.unique('AIDA', 21));
      expect(new Set(many).size).toBe(many.length);
      expect(new Set(Array.from({ length: 10_000 }, () => ids.uuid())).size).toBe(10_000);
    });

    test('a UUID has the form of version 4', () => {
      expect(open().uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    });

    test('chance comes in base64, as many bytes as asked for, and not the same twice', () => {
      const ids = open();
      expect(Buffer.from(ids.random(30), 'base64')).toHaveLength(30);
      expect(ids.random(30)).toHaveLength(40);
      expect(ids.random(30)).not.toBe(ids.random(30));
    });
  });
}
