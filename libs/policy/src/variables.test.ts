import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alice, allowAll, conditionHolds, outcome, policy, request, session, type Statement } from './fixtures.js';
import type { RequestContext } from './context.js';
import { actionOf } from './action.js';
import { Run } from './run.js';
import { compileTemplate, fillPattern, fillText, matchesTemplate, readTemplate } from './variables.js';
import { matchesPattern } from './wildcard.js';

function reaches(statement: Statement, resource: string, context: RequestContext = {}, version?: string): boolean {
  const identity = [policy('identity', { Effect: 'Allow', Action: '*', ...statement }, version)];
  return outcome(request(alice, { resource, context }), { identity }) === 'Allow';
}

const HOME = 'arn:aws:s3:::home/';

describe('variables in Resource (requirements-4 VAR-1, VAR-4, VAR-6)', () => {
  test.each([
    ['${aws:username}/*', 'alice/x', true],
    ['${AWS:UserName}/*', 'alice/x', true],
    ['${aws:username}/*', 'bob/x', false],
    ['${aws:username}', 'alice', true],
    ['${aws:username}', 'alice2', false],
    ['?${aws:username}*/x', '1alice-2/x', true],
    ['${aws:PrincipalTag/team}/*', 'blue/x', true],
    ['${aws:missing}/*', '/x', false],
    ['${aws:missing}/*', 'anything', false],
    ["${aws:missing, 'anyone'}/*", 'anyone/x', true],
    ["${aws:username, 'anyone'}/*", 'alice/x', true],
    ["${aws:missing, 'a}b'}/*", 'a}b/x', true],
    ['${*}/x', '*/x', true],
    ['${*}/x', 'a/x', false],
    ['${?}${$}{aws:username}', '?${aws:username}', true],
    ['${unclosed', '${unclosed', true],
    ['${list}/*', 'one/x', false],
    ['${empty}/*', '/x', false],
    ["${empty, 'd'}/*", 'd/x', true],
  ])('%s against %s: %s', (pattern, key, expected) => {
    const context = { 'aws:PrincipalTag/Team': 'blue', list: ['one'], empty: '' };
    expect(reaches({ Resource: HOME + pattern }, HOME + key, context)).toBe(expected);
  });

  test('under 2008-10-17 and without a version they are ordinary text (requirements-4 ELM-1)', () => {
    expect(reaches({ Resource: `${HOME}\${aws:username}` }, `${HOME}alice`, {}, '2008-10-17')).toBe(false);
    expect(reaches({ Resource: `${HOME}\${aws:username}` }, `${HOME}\${aws:username}`, {}, '2008-10-17')).toBe(true);
  });

  test('before the fifth colon they are not filled in (requirements-4 RES-3)', () => {
    expect(
      reaches(
        { Resource: 'arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:queue' },
        `arn:aws:sqs:us-east-1:${alice.account}:queue`,
      ),
    ).toBe(false);
  });

  test('one that cannot be filled spares nothing in NotResource, so the Deny widens (requirements-4 section 15, 11)', () => {
    const deny = { Effect: 'Deny', Action: '*', NotResource: `${HOME}\${aws:PrincipalTag/team}/*` };
    const identity = [policy('identity', [allowAll, deny])];
    const asked = request(alice, { resource: `${HOME}blue/x` });
    expect(outcome(asked, { identity })).toBe('Explicit by identity');
    expect(outcome({ ...asked, context: { 'aws:PrincipalTag/team': 'blue' } }, { identity })).toBe('Allow');
  });

  test('wildcards inside a value are only text (requirements-4 VAR-10, ruling 38)', () => {
    const context = { tag: '*' };
    expect(reaches({ Resource: `${HOME}\${tag}/x` }, `${HOME}bob/x`, context)).toBe(false);
    expect(reaches({ Resource: `${HOME}\${tag}/*` }, `${HOME}bob/x`, context)).toBe(false);
    expect(reaches({ Resource: `${HOME}*\${tag}*` }, `${HOME}bob/x`, context)).toBe(false);
    expect(reaches({ Resource: `${HOME}*\${tag}*` }, `${HOME}a*b`, context)).toBe(true);
  });
});

describe('variables in conditions (requirements-4 VAR-4, VAR-6)', () => {
  test.each([
    ['StringEquals', 'alice', true],
    ['StringEquals', 'bob', false],
    ['StringEqualsIgnoreCase', 'ALICE', true],
    ['StringLike', 'alice', true],
    ['StringNotEquals', 'alice', false],
    ['NumericEquals', 'alice', false],
  ])('%s ${aws:username} against %s: %s', (operator, given, expected) => {
    expect(conditionHolds({ [operator]: { k: '${aws:username}' } }, { k: given })).toBe(expected);
  });

  test.each(['StringEquals', 'StringEqualsIgnoreCase', 'StringLike'])(
    '%s takes them as they are written under 2008-10-17 (requirements-4 ELM-1)',
    (operator) => {
      const condition = { [operator]: { k: '${aws:username}' } };
      expect(conditionHolds(condition, { k: 'alice' }, alice, '2008-10-17')).toBe(false);
      expect(conditionHolds(condition, { k: '${aws:username}' }, alice, '2008-10-17')).toBe(true);
    },
  );

  test('without a value, positive operators fail and negated ones hold', () => {
    expect(conditionHolds({ StringEquals: { k: '${aws:missing}' } }, { k: '' })).toBe(false);
    expect(conditionHolds({ StringLike: { k: '${aws:missing}*' } }, { k: 'x' })).toBe(false);
    expect(conditionHolds({ StringNotEquals: { k: '${aws:missing}' } }, { k: 'x' })).toBe(true);
    expect(conditionHolds({ StringNotLike: { k: '${aws:missing}*' } }, { k: 'x' })).toBe(true);
  });

  test('only IAM users have a user name: a role session fails RoleSessionName = ${aws:username} (requirements-4 IKY-1)', () => {
    const condition = { StringLike: { 'sts:RoleSessionName': '${aws:username}' } };
    expect(conditionHolds(condition, { 'sts:RoleSessionName': 'alice' }, alice)).toBe(true);
    expect(conditionHolds(condition, { 'sts:RoleSessionName': 'alice' }, session)).toBe(false);
  });

  test('Bool takes them (ruling 31)', () => {
    expect(conditionHolds({ Bool: { k: '${want}' } }, { k: true, want: 'true' })).toBe(true);
    expect(conditionHolds({ Bool: { k: '${want}' } }, { k: true, want: 'false' })).toBe(false);
    expect(conditionHolds({ Bool: { k: '${want}' } }, { k: 'yes', want: 'perhaps' })).toBe(false);
  });

  test('BinaryEquals does not (VAR-4)', () => {
    expect(conditionHolds({ BinaryEquals: { k: '${want}' } }, { k: 'QQ==', want: 'QQ==' })).toBe(false);
  });

  test.each([
    ['*${a}*', 'ab', true],
    ['*${a}*', 'xabx', true],
    ['*${a}*', 'xaxb', false],
    ['*${a}*${a}*', 'ab', false],
    ['*${a}*${a}*', 'abab', true],
    ['${a}*${a}', 'ab', false],
    ['${a}*${a}', 'aab', false],
    ['${a}*${a}', 'abab', true],
    ['${a}*${a}', 'abxab', true],
    ['${a}*', 'a', false],
    ['${a}*', 'xab', false],
    ['*${a}', 'b', false],
    ['*${a}', 'abx', false],
    ['${a}', 'abx', false],
    ['${a}', 'xab', false],
    ['${a}?', 'ab', false],
    ['${a}?', 'abx', true],
    ['${?}${a}', 'xab', false],
  ])('StringLike %s, a being `ab`, against %s: %s', (pattern, given, expected) => {
    expect(conditionHolds({ StringLike: { k: pattern } }, { k: given, a: 'ab' })).toBe(expected);
  });

  test.each([
    ['${aws:PrincipalArn}', alice.arn, true],
    ['arn:aws:iam::${aws:PrincipalAccount}:user/staff/*', alice.arn, true],
    ['arn:aws:iam::${aws:PrincipalAccount}:user/staff/*', 'arn:aws:iam::444455556666:user/staff/alice', false],
    ['arn:aws:iam::*:user/*/${aws:username}', alice.arn, true],
    ['${missing}', alice.arn, false],
    ['arn:aws:iam::${aws:username}', 'arn:aws:iam::alice:x', false],
    ['arn:aws:sns:r:111122223333:${aws:username}:a:b', 'arn:aws:sns:r:111122223333:alice:a:b', true],
    ['arn:aws:${service}:r:111122223333:a:b', 'arn:aws:sns:r:111122223333:a:b', true],
    ['arn:aws:${service}:r:111122223333:a:b', 'arn:aws:sns:r:111122223333:a:c', false],
    ['arn:aws:sns:r:${missing}:a', 'arn:aws:sns:r::a', false],
    ['${short}', 'arn:aws:iam::111122223333:x', false],
    ['${whole}', 'arn:aws:sns:r:111122223333:a:b', true],
    ['${whole}', 'arn:aws:sns:r:111122223333:a:c', false],
    ['${whole}*', 'arn:aws:sns:r:111122223333:a:bc', true],
  ])('ArnLike %s against %s: %s', (pattern, given, expected) => {
    const context = { service: 'sns', short: 'arn:aws:iam', whole: 'arn:aws:sns:r:111122223333:a:b' };
    expect(conditionHolds({ ArnLike: { k: pattern } }, { ...context, k: given })).toBe(expected);
  });

  test('colons in a value do not move the parts that the author wrote', () => {
    const condition = { ArnLike: { k: 'arn:aws:sns:${tag}:*' } };
    expect(conditionHolds(condition, { k: 'arn:aws:sns:r:111122223333:topic', tag: 'r:111122223333' })).toBe(false);
  });
});

describe('templates', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '*', '?', '${v}', "${none, 'ab'}", '${*}', '${$}', '${'), { maxLength: 6 })
    .map((parts) => parts.join(''));
  const words = fc
    .array(fc.constantFrom('a', 'b', '*', '?', '$', '{'), { maxLength: 8 })
    .map((parts) => parts.join(''));

  test('the quick shapes agree with the pattern that was put together', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('a', '*', 'ab', '?b'), words, (source, v, given) => {
        const template = readTemplate(source);
        fc.pre(template !== undefined);
        if (template === undefined) return;
        const context = new Run(alice, actionOf('a:B'), '*', -1, { v });
        const pattern = fillPattern(template, context);
        const whole = pattern !== undefined && matchesPattern(pattern, given);
        expect(matchesTemplate(compileTemplate(template), given, 0, context)).toBe(whole);
        expect(fillText(template, context) === undefined).toBe(pattern === undefined);
      }),
      { numRuns: 2000 },
    );
  });

  const named = (name: string, fallback?: string) => ({ kind: 'variable', name, fallback });
  const plain = (source: string) => ({ kind: 'text', text: source });

  test.each([
    ['${a}', [named('a')]],
    ['x${a}y', [plain('x'), named('a'), plain('y')]],
    ['${a}${b}', [named('a'), named('b')]],
    ['${*}${?}${$}', ['*', '?', '$'].map((one) => ({ kind: 'exact', text: one }))],
    ["${a, 'b'}", [named('a', 'b')]],
    ["${a, ''}", [named('a', '')]],
    ["${a, 'b}c'}d", [named('a', 'b}c'), plain('d')]],
    ["${a}, 'b'}", [named('a'), plain(", 'b'}")]],
    ["${a, 'b}", [named("a, 'b")]],
    ["${a'}", [named("a'")]],
    ["${, 'b'}", [named('', 'b')]],
    ['${a}${b', [named('a'), plain('${b')]],
  ])('%s is read piece by piece', (source, pieces) => {
    const read = readTemplate(source)?.map((piece) =>
      piece.kind === 'variable' ? named(piece.name, piece.fallback) : piece,
    );
    expect(read).toEqual(pieces);
  });

  test('text without variables is no template', () => {
    expect(readTemplate('arn:aws:s3:::bucket/$/{x}')).toBeUndefined();
  });
});
