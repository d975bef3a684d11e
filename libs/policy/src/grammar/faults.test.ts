import { describe, expect, test } from '@jest/globals';
import type { PolicyKind } from '../document.js';
import { readPolicy } from './read-policy.js';

const MARK = '▸';
const VERSION = '"Version":"2012-10-17"';
const REST = '"Action":"s3:*","Resource":"*"';
const ALLOW = `"Effect":"Allow",${REST}`;
const TRUST = '"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"';

const SYNTAX = 'Syntax errors in policy.';
const LEGACY = 'The policy failed legacy parsing';
const TRUST_SYNTAX = 'Syntax error in policy.';

/** A document of these statements, or of this one. */
function document(statement: string): string {
  return `{${VERSION},"Statement":${statement}}`;
}

/** The text without its mark, and where the mark was; -1 when it has none. */
function marked(text: string): [text: string, offset: number] {
  return [text.replace(MARK, ''), text.indexOf(MARK)];
}

/** Each document has a mark where the fault is; without one, the fault has no place. */
function faultIn(text: string, kind: PolicyKind): unknown[] {
  const reading = readPolicy(marked(text)[0], kind);
  if (reading.ok) return [];
  const { code, message, detail, position } = reading.error;
  return [code, message, detail, position?.offset ?? -1];
}

function expectFault(text: string, kind: PolicyKind, message: string, detail?: string): void {
  expect(faultIn(text, kind)).toEqual(['MalformedPolicyDocument', message, detail, marked(text)[1]]);
}

test.each<[PolicyKind, string, string, string]>([
  ['identity', SYNTAX, 'a key is expected', `{${VERSION},▸}`],
  ['scp', SYNTAX, 'a value is expected', document('[▸x]')],
  ['trust', 'This policy contains invalid Json', 'a comma or a closing bracket is expected', document('["x"▸"y"]')],
  ['rcp', 'This policy contains invalid Json', 'more than one value', '{} ▸{}'],
  ['identity', SYNTAX, 'a colon is expected', '{"Version" ▸"2012-10-17"}'],
  ['identity', SYNTAX, 'the text ends too early', '{"Version":"2012-10-17" ▸'],
  ['identity', SYNTAX, 'the text ends too early', '{"Version":▸'],
  ['identity', SYNTAX, 'the text ends too early', '▸'],
  ['identity', SYNTAX, 'a key is expected', '{▸'],
  ['identity', SYNTAX, 'a string does not end', '{"Version▸'],
  ['identity', SYNTAX, 'more than 32 levels', `${'['.repeat(32)}▸[`],
])('where no JSON is any more: %s: %s (%s)', (kind, message, detail, text) => {
  expectFault(text, kind, message, detail);
});

describe('where the fault is, and what AWS does not say about it: JSON types', () => {
  test.each<[string, string]>([
    ['a policy is an object', '▸[]'],
    ['unknown element `Extra`', `{${VERSION},"Statement":{${ALLOW}},▸"Extra":1}`],
    ['unknown element `Extra`', document(`{${ALLOW},▸"Extra":1}`)],
    ['a string is expected', `{"Version":▸20121017,"Statement":{${ALLOW}}}`],
    ['a string is expected', document(`{"Effect":"Allow","Resource":"*","Action":["s3:*",▸1]}`)],
    ['a statement is an object', document(`[{${ALLOW}},▸"x"]`)],
    ['`Action` and `NotAction` exclude each other', document(`{${ALLOW},▸"NotAction":"s3:*"}`)],
    ['`Resource` and `NotResource` exclude each other', document(`{${ALLOW},▸"NotResource":"*"}`)],
    ['`Principal` and `NotPrincipal` exclude each other', document(`{${ALLOW},"Principal":"*",▸"NotPrincipal":"*"}`)],
    ['a principal is "*" or an object', document(`{${ALLOW},"Principal":▸["*"]}`)],
    ['a condition is an object', document(`{${ALLOW},"Condition":▸[]}`)],
    ['an operator holds an object of keys', document(`{${ALLOW},"Condition":{"StringEquals":▸"x"}}`)],
    ['unknown condition operator `StringIs`', document(`{${ALLOW},"Condition":{▸"StringIs":{"k":"x"}}}`)],
    [
      'a condition value is a string, a number or a boolean',
      document(`{${ALLOW},"Condition":{"StringEquals":{"k":["x",▸null]}}}`),
    ],
    [
      'a condition value is a string, a number or a boolean',
      document(`{${ALLOW},"Condition":{"StringEquals":{"k":[▸["x"]]}}}`),
    ],
    ['there is no statement', `▸{${VERSION}}`],
    ['there is no statement', `▸{${VERSION},"Statement":[]}`],
    ['an effect is `Allow` or `Deny`', document(`[{${ALLOW}},▸{${REST}}]`)],
    ['an effect is `Allow` or `Deny`', document(`{"Effect":▸"Maybe",${REST}}`)],
  ])('%s: %s', (detail, text) => {
    expectFault(text, 'identity', SYNTAX, detail);
  });
});

describe('where the fault is, and what AWS does not say about it: identity policies', () => {
  test.each<[string, string | undefined, string]>([
    [SYNTAX, undefined, `{"Version":▸"2013-10-17","Statement":{${ALLOW}}}`],
    [LEGACY, 'effects are case sensitive', document(`{"Effect":▸"allow",${REST}}`)],
    [LEGACY, 'effects are case sensitive', document(`[{${ALLOW}},{"Effect":▸"DENY",${REST}}]`)],
    [LEGACY, '`soon` is not a date', document(`{${ALLOW},"Condition":{"DateEquals":{"k":["2026",▸"soon"]}}}`)],
    [
      LEGACY,
      '`arn:aws:s3::b` has fewer than six parts or no service',
      document('{"Effect":"Allow","Action":"s3:*","Resource":["*",▸"arn:aws:s3::b"]}'),
    ],
    [
      'Policy document must be version 2012-10-17 or greater.',
      undefined,
      `{"Version":▸"2008-10-17","Statement":{${ALLOW}}}`,
    ],
    ['Policy document must be version 2012-10-17 or greater.', undefined, `{"Statement":{${ALLOW}}}`],
    ['Policy document should not specify a principal.', undefined, document(`[{${ALLOW},▸"Principal":"*"}]`)],
    [
      'Statement IDs (SID) in a single policy must be unique.',
      undefined,
      document(`[{"Sid":"a",${ALLOW}},{"Sid":▸"a",${ALLOW}}]`),
    ],
    [
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      undefined,
      document(`{"Sid":▸"a b",${ALLOW}}`),
    ],
    [
      'Policy statement must contain actions.',
      undefined,
      document(`[{${ALLOW}},▸{"Effect":"Allow","Action":[],"Resource":"*"}]`),
    ],
    ['Policy statement must contain resources.', undefined, document('▸{"Effect":"Allow","Action":"s3:*"}')],
    [
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
      undefined,
      document('{"Effect":"Allow","Action":["s3:*",▸"x"],"Resource":"*"}'),
    ],
    [
      'Actions/Condition can contain only one colon.',
      undefined,
      document('{"Effect":"Allow","Action":▸"s3:a:b","Resource":"*"}'),
    ],
    ['Vendor  is not valid', undefined, document('{"Effect":"Allow","Action":▸":a","Resource":"*"}')],
    ['Vendor a{b is not valid', undefined, document('{"Effect":"Allow","Action":▸"a{b:c","Resource":"*"}')],
    ['Vendor é is not valid', undefined, document('{"Effect":"Allow","Action":▸"é:c","Resource":"*"}')],
    ['Vendor a_b is not valid', undefined, document('{"Effect":"Allow","Action":▸"a_b:c","Resource":"*"}')],
    [
      'Resource vendor must be fully qualified and cannot contain regexes.',
      undefined,
      document('{"Effect":"Allow","Action":"s3:*","Resource":["*",▸"arn:aws:s?:::b"]}'),
    ],
  ])('%s (%s): %s', (message, detail, text) => {
    expectFault(text, 'identity', message, detail);
  });
});

describe('where the fault is: policies with principals', () => {
  test.each<[PolicyKind, string, string | undefined, string]>([
    ['trust', TRUST_SYNTAX, 'a policy is an object', '▸"x"'],
    ['trust', 'The policy must contain a valid version string', undefined, `{"Version":▸"x","Statement":{${TRUST}}}`],
    ['trust', 'Missing required field Statement', undefined, `▸{${VERSION}}`],
    ['trust', 'Could not parse the policy: Statement is empty!', undefined, `▸{${VERSION},"Statement":[]}`],
    ['trust', 'Missing required field Effect', undefined, document('▸{"Principal":"*","Action":"sts:AssumeRole"}')],
    ['trust', 'Invalid effect: Maybe', undefined, document('{"Effect":▸"Maybe"}')],
    ['trust', 'Missing required field Principal', undefined, document('▸{"Effect":"Allow"}')],
    [
      'trust',
      'Missing required field Principal cannot be empty!',
      undefined,
      document('{"Effect":"Allow","Principal":▸{}}'),
    ],
    [
      'trust',
      'Allow with NotPrincipal is not allowed.',
      undefined,
      document('{"Effect":"Allow",▸"NotPrincipal":{"AWS":"*"}}'),
    ],
    [
      'trust',
      'AssumeRole policy must not contain NotPrincipal field.',
      undefined,
      document('{"Effect":"Deny",▸"NotPrincipal":{"AWS":"*"}}'),
    ],
    ['trust', 'Invalid principal in policy: "x"', undefined, document('{"Effect":"Allow","Principal":▸"x"}')],
    ['trust', 'Invalid principal in policy: "Aws"', undefined, document('{"Effect":"Allow","Principal":{▸"Aws":"*"}}')],
    [
      'trust',
      'Invalid principal in policy: "AWS":"x"',
      undefined,
      document('{"Effect":"Allow","Principal":{"AWS":["*",▸"x"]}}'),
    ],
    ['trust', 'Missing required field Action', undefined, document('▸{"Effect":"Allow","Principal":"*"}')],
    ['trust', 'Missing required field Action', undefined, document('▸{"Effect":"Allow","Principal":"*","Action":[]}')],
    [
      'trust',
      'AssumeRole policy may only specify STS AssumeRole actions.',
      undefined,
      document('{"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole",▸"s3:sts:"]}'),
    ],
    [
      'trust',
      'Actions/Condition can contain only one colon.',
      undefined,
      document('{"Effect":"Allow","Principal":"*","Action":▸"sts:a:b"}'),
    ],
    ['trust', 'Has prohibited field Resource', undefined, document(`{${TRUST},▸"Resource":"*"}`)],
    ['trust', 'AssumeRole policy must not contain resources.', undefined, document(`{${TRUST},▸"NotResource":"*"}`)],
    [
      'trust',
      'The policy failed legacy parsing',
      '`x` is not a date',
      document(`{${TRUST},"Condition":{"DateEquals":{"k":▸"x"}}}`),
    ],
    [
      'trust',
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      undefined,
      document(`{"Sid":▸"a b",${TRUST}}`),
    ],
    [
      'resource',
      'The Statement Ids in the policy are not unique',
      undefined,
      document(`[{"Sid":"a b","Principal":"*",${ALLOW}},{"Sid":▸"a b","Principal":"*",${ALLOW}}]`),
    ],
    [
      'resource',
      'Policy statement must contain resources.',
      undefined,
      document('{"Effect":"Allow","Principal":"*","Action":"s3:*",▸"Resource":[]}'),
    ],
    [
      'resource',
      'Resource x must be in ARN format or "*".',
      undefined,
      document('{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":▸"x"}'),
    ],
    [
      'resource',
      'The policy failed legacy parsing',
      '`arn:aws:s3::b` has fewer than six parts or no service',
      document('{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":▸"arn:aws:s3::b"}'),
    ],
    [
      'rcp',
      'A resource control policy must have the principal "*".',
      undefined,
      document(`{▸"Principal":{"AWS":"111122223333"},"Effect":"Deny",${REST}}`),
    ],
    [
      'rcp',
      'A resource control policy must have the principal "*".',
      undefined,
      document(`{▸"Principal":{"Service":"ec2.amazonaws.com"},"Effect":"Deny",${REST}}`),
    ],
    [
      'rcp',
      'A resource control policy must have the principal "*".',
      undefined,
      document(`{▸"Principal":{"Service":"*"},"Effect":"Deny",${REST}}`),
    ],
    [
      'rcp',
      'A resource control policy must have the principal "*".',
      undefined,
      document(`{▸"Principal":{"AWS":["*","*"]},"Effect":"Deny",${REST}}`),
    ],
    [
      'rcp',
      'A resource control policy must have the principal "*".',
      undefined,
      document(`{▸"NotPrincipal":"*","Effect":"Deny",${REST}}`),
    ],
    [
      'rcp',
      'A resource control policy must not contain NotAction.',
      undefined,
      document('{"Effect":"Deny","Principal":"*",▸"NotAction":"s3:*","Resource":"*"}'),
    ],
    [
      'rcp',
      'Policy statement must contain resources.',
      undefined,
      document('▸{"Effect":"Deny","Principal":"*","Action":"s3:*"}'),
    ],
  ])('%s: %s (%s): %s', (kind, message, detail, text) => {
    expectFault(text, kind, message, detail);
  });
});

test.each<[string | undefined, string]>([
  ['2012-10-17', '2012-10-17'],
  ['2008-10-17', '2008-10-17'],
  [undefined, '2008-10-17'],
])('a document of version %s is read as one of %s (requirements-4 ELM-2)', (Version, expected) => {
  const Statement = { Effect: 'Deny', Action: '*', Resource: '*' };
  const reading = readPolicy(JSON.stringify({ Version, Statement }), 'session');
  expect(reading.ok && reading.policy.version).toBe(expected);
});
