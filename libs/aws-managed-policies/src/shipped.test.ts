import { expect, test } from '@jest/globals';
import { type CompiledPolicy, compilePolicy, evaluate, type PolicyDocument, readPolicy } from '@muniment/policy';
import { awsManagedPolicies } from './policies.js';

const account = '111122223333';
const principal = {
  type: 'User',
  account,
  arn: `arn:aws:iam::${account}:user/alice`,
  userId: 'AIDAALICE000000000000',
  userName: 'alice',
} as const;

const ask = (compiled: CompiledPolicy, action: string, resource: string) =>
  evaluate({ principal, action, resource, resourceAccount: account, context: {} }, { identity: [compiled] });

const example = (pattern: string | undefined): string | undefined =>
  pattern === undefined || pattern.includes('${') ? undefined : pattern.replace(/[*?]/g, 'x');

/** Something that a document surely allows: what its first statement without conditions says, when nothing is denied. */
function surelyAllowed({ statements }: PolicyDocument): { action: string; resource: string } | undefined {
  if (statements.some(({ effect }) => effect === 'Deny')) return undefined;
  const plain = statements.find(
    ({ action, resource, condition }) => condition.length === 0 && !action.negated && resource?.negated === false,
  );
  const action = plain?.action.values[0]?.text;
  const resource = plain?.resource?.values[0]?.text;
  const named = action === '*' ? 's3:GetObject' : example(action);
  const owned = resource === '*' ? 'arn:aws:s3:::bucket' : example(resource);
  return named === undefined || owned === undefined ? undefined : { action: named, resource: owned };
}

/** Decisions read stored documents so: AWS's own may be longer than customers', and the oldest have ARNs cut short. */
const read = (document: string, oldVersions: boolean) =>
  readPolicy(document, 'identity', { maxLength: 2 ** 18, oldVersions });

/** What is wrong with a document; nothing for a good one. */
function findings(id: string, document: string, oldVersions = false): string[] {
  const reading = read(document, oldVersions);
  if (!reading.ok) return [`${id}: ${reading.error.message}`];
  const compiled = compilePolicy(reading.policy, { id, type: 'identity' });
  const denied = ask(compiled, 'no-service:NoAction', 'arn:aws:no-service:::nothing');
  const everything = reading.policy.statements.some(
    ({ action, effect }) => effect === 'Allow' && (action.negated || action.values.some(({ text }) => text === '*')),
  );
  const allowed = surelyAllowed(reading.policy);
  const decision = allowed && ask(compiled, allowed.action, allowed.resource);
  return [
    ...(denied.effect === 'Allow' && !everything ? [`${id}: allows what it does not name`] : []),
    ...(decision?.effect === 'Deny' ? [`${id}: denies ${allowed?.action} on ${allowed?.resource}`] : []),
  ];
}

test('every document in force is read without any leniency, compiles and allows what it says', () => {
  expect(awsManagedPolicies().flatMap(({ arn, document }) => findings(arn, document))).toEqual([]);
});

const long = process.env['MUNIMENT_TEST_LONG'] === '1';

test(`every earlier document, too${long ? '' : ' (here of some policies)'}`, async () => {
  const some = awsManagedPolicies().filter((_, at) => long || at % 40 === 0);
  const found: string[] = [];
  for (const policy of some) {
    for (const { versionId } of policy.versions) {
      const document = (await policy.documentOf(versionId)) ?? '';
      found.push(...findings(`${policy.arn} ${versionId}`, document, true));
    }
  }
  expect(found).toEqual([]);
}, 300_000);
