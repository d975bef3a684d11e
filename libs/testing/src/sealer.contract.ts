import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sealer, Unsealable } from '@muniment/runtime';

export interface OpenSealer {
  readonly sealer: Sealer;
  readonly close: () => Promise<void>;
}

const subject = { account: '111122223333', id: 'AKIA1' };

/** What every sealer promises. */
export function sealerContract(name: string, open: () => Promise<OpenSealer>): void {
  describe(`sealer: ${name}`, () => {
    let sealer: Sealer;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ sealer, close } = await open());
    });
    afterEach(() => close());

    /** Opening fails with `Unsealable`, whether at once or later. */
    const expectShut = async (of: typeof subject, sealed: string) => {
      const error = await (async () => sealer.open(of, sealed))().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Unsealable);
      if (sealed !== '') expect((error as Error).message).not.toContain(sealed);
    };

    test.each(['', 'secret', 'naïve 💼', 'x'.repeat(10_000)])(
      'what is sealed opens for its subject',
      async (secret) => {
        const sealed = await sealer.seal(subject, secret);
        expect(await sealer.open(subject, sealed)).toBe(secret);
        expect(sealed.includes(secret)).toBe(secret === '');
      },
    );

    test('the same secret sealed twice looks different', async () => {
      expect(await sealer.seal(subject, 'secret')).not.toBe(await sealer.seal(subject, 'secret'));
    });

    test('two first seals at the same time both open', async () => {
      const sealed = await Promise.all(['one', 'two', 'three'].map((secret) => sealer.seal(subject, secret)));
      expect(await Promise.all(sealed.map(async (each) => sealer.open(subject, each)))).toEqual([
        'one',
        'two',
        'three',
      ]);
    });

    test.each([
      ['another id', { ...subject, id: 'AKIA2' }],
      ['another account', { ...subject, account: '444455556666' }],
      ['another division of the same text', { account: '111122223333/AKIA1', id: '' }],
    ])('it does not open for %s, not even when that has secrets of its own', async (_, other) => {
      const sealed = await sealer.seal(subject, 'secret');
      await expectShut(other, sealed);
      await sealer.seal(other, 'own');
      await expectShut(other, sealed);
    });

    test('it does not open when any character was changed, cut or added', async () => {
      const sealed = await sealer.seal(subject, 'secret');
      for (let index = 0; index < sealed.length; index++) {
        const replacement = sealed[index] === 'A' ? 'Q' : 'A';
        // The last characters before the padding may carry bits that belong to no byte.
        if (/^[^=]?=*$/.test(sealed.slice(index))) continue;
        await expectShut(subject, sealed.slice(0, index) + replacement + sealed.slice(index + 1));
      }
      for (const other of ['', 'secret', sealed.slice(0, -8), sealed.slice(4)]) await expectShut(subject, other);
    });

    test('what is erased never opens again; the subject can have new secrets', async () => {
      const sealed = await sealer.seal(subject, 'secret');
      const kept = await sealer.seal({ ...subject, id: 'AKIA2' }, 'kept');
      await sealer.erase(subject);
      await expectShut(subject, sealed);
      const fresh = await sealer.seal(subject, 'new');
      await expectShut(subject, sealed);
      expect(await sealer.open(subject, fresh)).toBe('new');
      expect(await sealer.open({ ...subject, id: 'AKIA2' }, kept)).toBe('kept');
    });

    test('tokens open without a subject; any other text is no token', async () => {
      const content = JSON.stringify({ role: 'naïve 💼' });
      const token = sealer.sealToken(content);
      expect(token).not.toContain('role');
      expect(sealer.openToken(token)).toBe(content);
      expect(sealer.sealToken(content)).not.toBe(token);
      const sealed = await sealer.seal(subject, content);
      for (const other of [
        '',
        'FwoGZXIvYXdzEXAMPLE',
        content,
        sealed,
        sealed.slice(2),
        token.slice(4),
        token.slice(0, -8),
        // The same bytes, spelt otherwise.
        `${token}!`,
        `${token} `,
        ` ${token}`,
        `${token.slice(0, 8)}\n${token.slice(8)}`,
        token.replaceAll('=', '') + '==='.slice(0, token.endsWith('=') ? 3 : 1),
      ]) {
        expect(sealer.openToken(other)).toBeUndefined();
      }
      const middle = token.length >> 1;
      const changed = token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1);
      expect(sealer.openToken(changed)).toBeUndefined();
      await expectShut(subject, token);
    });
  });
}
