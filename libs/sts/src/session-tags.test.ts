import { describe, expect, test } from '@jest/globals';
import { fold, type Session } from '@muniment/kernel';
import fc from 'fast-check';
import { expectRefused, sessionFrom, tag } from './assume-role.testing.js';
import { inheritedTags, sessionTags, type TagInput, tagsOnTrial } from './session-tags.js';

const times = { issuedAt: '2026-11-20T10:00:00.000Z', expiresAt: '2026-11-20T11:00:00.000Z' };
const sessionWith = (input: TagInput, from?: Session): Session => ({
  kind: 'AssumeRole',
  ...times,
  ...sessionTags(input, inheritedTags(from)),
});

describe('a chain of roles (requirements-2 section 7)', () => {
  const first = sessionWith({ Tags: [tag('Star', '1'), tag('Heart', '1')], TransitiveTagKeys: ['Star', 'Heart'] });
  const second = sessionWith({}, first);
  const third = sessionWith({}, second);

  test('Star and Heart, made transitive, go on to the second and the third session', () => {
    for (const session of [first, second, third]) {
      expect(session.tags).toEqual({ Star: '1', Heart: '1' });
      expect(session.transitiveTagKeys).toEqual(['Star', 'Heart']);
    }
  });

  test('Sun, which only the second role has, is no session tag and so goes nowhere', () => {
    expect(second.tags).not.toHaveProperty('Sun');
    expect(third.tags).not.toHaveProperty('Sun');
  });

  test('Sun, passed to the second session and not made transitive, ends with it', () => {
    const sunny = sessionWith({ Tags: [tag('Sun', '2')] }, first);
    expect(sunny.tags).toEqual({ Star: '1', Heart: '1', Sun: '2' });
    expect(sessionWith({}, sunny).tags).toEqual({ Star: '1', Heart: '1' });
  });

  test("the third role's own Star=3 is tried as Star=1, its Lightning as it is", () => {
    expect(tagsOnTrial([tag('Star', '3'), tag('Lightning', '3')], inheritedTags(second))).toEqual([
      tag('Star', '1'),
      tag('Lightning', '3'),
    ]);
  });
});

test('a transitive key may be spelled otherwise than its tag: keys ignore case', () => {
  const session = sessionWith({ Tags: [tag('Team', 'red')], TransitiveTagKeys: ['TEAM'] });
  expect(inheritedTags(session)).toEqual([tag('Team', 'red')]);
  expect(tagsOnTrial([tag('tEAM', 'blue')], inheritedTags(session))).toEqual([tag('tEAM', 'red')]);
});

test('a session without tags carries none', () => {
  expect(sessionTags({}, [])).toEqual({});
});

test('whatever the keys are called, exactly the transitive tags go on, unchanged, to the end of the chain', () => {
  const key = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'toString'),
    fc.string({ minLength: 1, maxLength: 8 }),
  );
  const tags = fc.uniqueArray(fc.record({ Key: key, Value: fc.string({ maxLength: 8 }), goesOn: fc.boolean() }), {
    selector: ({ Key }) => fold(Key),
    maxLength: 20,
  });
  fc.assert(
    fc.property(tags, fc.integer({ min: 1, max: 4 }), (passed, hops) => {
      const lasting = passed.filter(({ goesOn }) => goesOn);
      let session = sessionWith({ Tags: passed, TransitiveTagKeys: lasting.map(({ Key }) => Key) });
      for (let hop = 0; hop < hops; hop++) session = JSON.parse(JSON.stringify(sessionWith({}, session)));
      expect(inheritedTags(session)).toEqual(lasting.map(({ Key, Value }) => tag(Key, Value)));
    }),
  );
});

describe('tags passed to AssumeRole (requirements-2 section 7)', () => {
  const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => tag(`k${from + n}`, ''));

  test.each([
    [
      'one key twice, whatever its case',
      { Tags: [tag('Team', 'a'), tag('TEAM', 'b')] },
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      'a transitive key that is not passed',
      { Tags: [tag('Team', 'a')], TransitiveTagKeys: ['Cost'] },
      'The specified transitive tag key must be included in the requested tags.',
    ],
    [
      'a transitive key without any tag',
      { TransitiveTagKeys: ['Cost'] },
      'The specified transitive tag key must be included in the requested tags.',
    ],
    [
      'a reserved key',
      { Tags: [tag('aws:Team', 'a')] },
      'Tag keys and values cannot begin with aws:, which is reserved.',
    ],
    [
      'a reserved value',
      { Tags: [tag('Team', 'AWS:a')] },
      'Tag keys and values cannot begin with aws:, which is reserved.',
    ],
  ])('%s is refused', (_, input, message) => expectRefused(input, 'InvalidParameterValue', message));

  test('fifty are enough, inherited ones counted', async () => {
    const thirty = many(30);
    const first = await sessionFrom({ Tags: thirty, TransitiveTagKeys: thirty.map(({ Key }) => Key) });
    expect(Object.keys((await sessionFrom({ Tags: many(20, 30) }, first)).session?.tags ?? {})).toHaveLength(50);
    await expectRefused(
      { Tags: many(21, 30) },
      'InvalidParameterValue',
      'The number of tags has reached the maximum limit.',
      first,
    );
  });

  test('tags that make the token too large are refused with the percentage', () =>
    expectRefused(
      { Tags: many(50).map(({ Key }) => tag(Key.padEnd(128, 'x'), 'y'.repeat(256))) },
      'PackedPolicyTooLarge',
      expect.stringMatching(/^Packed size of session tags consumes 6\d\d% of allotted space\.$/),
    ));
});
