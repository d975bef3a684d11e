import type { PolicyKind, PrincipalElement } from '../document.js';
import { checkActions } from './actions.js';
import { refuse, TEXTS } from './fault.js';
import { checkDates, checkSids, checkVersionSyntax } from './identity.js';
import { checkPrincipals } from './principals.js';
import { resourceComplaint } from './resources.js';
import type { DocumentShape, StatementShape } from './shape.js';

/** Rules of policies with principals: trust policies of roles, policies of other resources, resource control policies. */
export function checkWithPrincipals(shape: DocumentShape, kind: 'trust' | 'resource' | 'rcp', partition: string): void {
  const { statements } = shape;
  checkVersionSyntax(shape, TEXTS.trust.version);
  if (statements === undefined) return refuse(TEXTS.trust.noStatement, shape.position);
  if (statements.length === 0) return refuse(TEXTS.trust.emptyStatement, shape.position);
  for (const statement of statements) {
    checkEffect(statement);
    checkPrincipal(statement, kind, partition);
    checkAction(statement, kind);
    checkResource(statement, kind, partition);
    checkDates(statement.condition);
  }
  // Services other than IAM may allow more characters in a Sid (requirements-4 ELM-4).
  checkSids(statements, TEXTS.trust.duplicateSid, kind === 'trust');
}

function checkEffect({ effect, position }: StatementShape): void {
  if (effect === undefined) return refuse(TEXTS.trust.noEffect, position);
  if (effect.text !== 'Allow' && effect.text !== 'Deny') refuse(`Invalid effect: ${effect.text}`, effect.position);
}

/** `NotPrincipal` is only for Deny, and not for roles at all (requirements-4 NPR-1, NPR-3). */
function checkPrincipal({ principal, effect, position }: StatementShape, kind: PolicyKind, partition: string): void {
  if (principal === undefined) return refuse(TEXTS.trust.noPrincipal, position);
  if (principal.negated && effect?.text === 'Allow') refuse(TEXTS.trust.allowNotPrincipal, principal.position);
  if (principal.negated && kind === 'trust') refuse(TEXTS.trust.notPrincipal, principal.position);
  // A resource control policy is about whoever comes.
  if (kind === 'rcp' && (principal.negated || !isEveryone(principal))) refuse(TEXTS.rcp.principal, principal.position);
  checkPrincipals(principal, kind, partition);
}

function isEveryone({ names }: PrincipalElement): boolean {
  return names.length === 1 && names[0]?.naming === 'AWS' && names[0].text === '*';
}

function checkAction({ action, position }: StatementShape, kind: PolicyKind): void {
  if (action === undefined || action.values.length === 0) return refuse(TEXTS.trust.noAction, position);
  if (kind === 'rcp' && action.negated) refuse(TEXTS.rcp.notAction, action.position);
  for (const value of action.values) {
    if (kind === 'trust' && !value.text.toLowerCase().startsWith('sts:')) refuse(TEXTS.trust.notSts, value.position);
  }
  checkActions(action);
}

/** Without a resource, the one the policy is attached to is meant (requirements-4 GRM-11). */
function checkResource({ resource, position }: StatementShape, kind: PolicyKind, partition: string): void {
  if (resource === undefined && kind === 'rcp') return refuse(TEXTS.resources, position);
  if (resource === undefined) return;
  if (kind === 'trust') refuse(resource.negated ? TEXTS.trust.notResource : TEXTS.trust.resource, resource.position);
  if (resource.values.length === 0) refuse(TEXTS.resources, resource.position);
  const complaint = resourceComplaint(resource, partition);
  if (complaint !== undefined) throw complaint;
}
