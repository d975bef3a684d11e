import type { Call, Sources } from '@muniment/kernel';
import { fold } from '@muniment/kernel';
import { invalidPrincipalText, type PolicyText, policySize, readPolicy } from '@muniment/policy';
import { arn } from '../arn.js';
import { checkDocument } from '../policy-document.js';
import { quotas } from '../quotas.js';
import { users } from '../user/user.js';
import { roles } from './role.js';

/*
 * A trust policy names users and roles by ARN, but means the very user or role of that moment: it is stored with
 * their unique ids and shown with the ARNs they have now. Who is deleted shows as a bare id, and a namesake is not
 * trusted (requirements-4 PRI-7, PRI-8).
 */

const entityArn = /^arn:[^:]+:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/;
const entityId = /^(AIDA|AROA)[A-Z0-9]+$/;

function awsPrincipals(document: string, { partition }: Call): PolicyText[] {
  const reading = readPolicy(document, 'trust', { partition });
  if (!reading.ok) return [];
  const names = reading.policy.statements.flatMap(({ principal }) => principal?.names ?? []);
  return names.filter(({ naming }) => naming === 'AWS');
}

/** Another text for some principals; all else stays as it was written. */
function rewritten(document: string, texts: ReadonlyMap<string, string>, call: Call): string {
  const quoted = /"(?:[^"\\]|\\.)*"/y;
  let result = '';
  let done = 0;
  for (const { text, position } of awsPrincipals(document, call).sort(
    (a, b) => a.position.offset - b.position.offset,
  )) {
    const other = texts.get(text);
    quoted.lastIndex = position.offset;
    if (other === undefined || !quoted.test(document)) continue;
    result += document.slice(done, position.offset) + JSON.stringify(other);
    done = quoted.lastIndex;
  }
  return result + document.slice(done);
}

async function idOf(principalArn: string, from: Sources, call: Call): Promise<string | undefined> {
  const [, account = '', type, name = ''] = entityArn.exec(principalArn) ?? [];
  const owner = { account, partition: call.partition };
  if (type === 'user') {
    const user = await from.find(users, fold(name), account);
    // The name within a principal is told apart by case (requirements-4 NAM-7).
    return user && arn.user(owner, user.path, user.userName) === principalArn ? user.userId : undefined;
  }
  const role = await from.find(roles, fold(name), account);
  return role && arn.role(owner, role.path, role.roleName) === principalArn ? role.roleId : undefined;
}

async function arnOf(id: string, from: Sources, { partition }: Call): Promise<string | undefined> {
  if (id.startsWith('AIDA')) {
    const user = await from.anywhere(users, id);
    return user && arn.user({ account: user.account, partition }, user.row.path, user.row.userName);
  }
  const role = await from.anywhere(roles, id);
  return role && arn.role({ account: role.account, partition }, role.row.path, role.row.roleName);
}

/** Unique ids of the users and roles that a trust policy names, of whatever account, by ARN. */
export async function trustedIds(document: string, from: Sources, call: Call): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const { text } of awsPrincipals(document, call)) {
    const id = entityArn.test(text) ? await idOf(text, from, call) : undefined;
    if (id !== undefined) ids.set(text, id);
  }
  return ids;
}

const accountId = /^\d{12}$/;

/** An account is kept and shown as its root ARN, however it was written (requirements-4 GRM-15). */
const rootArns = (document: string, call: Call): [string, string][] =>
  awsPrincipals(document, call).flatMap(({ text }) =>
    accountId.test(text) ? [[text, arn.root({ account: text, partition: call.partition })]] : [],
  );

/** The form in which a trust policy is kept; refuses what AWS refuses. */
export function storedTrust(document: string, ids: ReadonlyMap<string, string>, call: Call): string {
  checkDocument(document, 'trust', call);
  if (policySize(document) > quotas.AssumeRolePolicySize) {
    call.fault('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${quotas.AssumeRolePolicySize}`);
  }
  for (const { text } of awsPrincipals(document, call)) {
    if (entityArn.test(text) && !ids.has(text)) {
      call.fault('MalformedPolicyDocument', invalidPrincipalText('AWS', text));
    }
  }
  return rewritten(document, new Map([...ids, ...rootArns(document, call)]), call);
}

/** The form in which a trust policy is answered. */
export async function shownTrust(trust: string, from: Sources, call: Call): Promise<string> {
  // Most trust policies name services and accounts only: no need to read them.
  if (!/"A(?:IDA|ROA)/.test(trust)) return trust;
  const arns = new Map<string, string>();
  for (const { text } of awsPrincipals(trust, call)) {
    const shown = entityId.test(text) ? await arnOf(text, from, call) : undefined;
    if (shown !== undefined) arns.set(text, shown);
  }
  return rewritten(trust, arns, call);
}
