import { describe, expect, test } from '@jest/globals';
import type { Caller } from '@muniment/kernel';
import type { Authorizer, Question } from '@muniment/runtime';

/** An authorizer with somebody who may do one thing, and what he may and may not. */
export interface AuthorizerCase {
  readonly authorizer: Authorizer;
  readonly caller: Caller;
  readonly permitted: Question;
  readonly forbidden: Question;
  /** Makes everything fail that the authorizer reads from. */
  readonly breakSources: () => void;
}

const now = new Date('2026-11-20T10:00:00Z');

/** What every authorizer promises: all questions or nothing, and never a yes in doubt. */
export function authorizerContract(name: string, open: () => Promise<AuthorizerCase>): void {
  describe(`the authorizer ${name}`, () => {
    test('allows what a policy allows', async () => {
      const { authorizer, caller, permitted } = await open();
      expect(await authorizer.authorize(caller, [permitted], now)).toEqual({ allowed: true });
    });

    test('refuses all else, in words that name caller, action and resource (requirements-4 ERR-1)', async () => {
      const { authorizer, caller, forbidden } = await open();
      const verdict = await authorizer.authorize(caller, [forbidden], now);
      const text = `User: ${caller.principal.arn} is not authorized to perform: ${forbidden.action}`;
      expect(verdict).toMatchObject({ allowed: false, message: expect.stringContaining(text) });
      expect(verdict).toMatchObject({ message: expect.stringContaining(forbidden.resource) });
    });

    test.each([
      ['first', (permitted: Question, forbidden: Question) => [forbidden, permitted]],
      ['last', (permitted: Question, forbidden: Question) => [permitted, forbidden]],
    ])('allows several questions only together: the %s refused', async (_, questions) => {
      const { authorizer, caller, permitted, forbidden } = await open();
      const verdict = await authorizer.authorize(caller, questions(permitted, forbidden), now);
      expect(verdict.allowed).toBe(false);
    });

    test('allows nothing when it cannot know (S30)', async () => {
      const { authorizer, caller, permitted, breakSources } = await open();
      breakSources();
      const allowed = async () => (await authorizer.authorize(caller, [permitted], now)).allowed;
      expect(await allowed().catch(() => false)).toBe(false);
    });
  });
}
