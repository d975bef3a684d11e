import type { ConditionEntry } from '../document.js';
import { readInstant } from '../condition/dates.js';
import { readOperator } from '../condition/operators.js';
import { checkActions, isAlphanumeric } from './actions.js';
import { refuse, TEXTS, type GrammarFault } from './fault.js';
import { resourceComplaint } from './resources.js';
import type { DocumentShape, StatementShape } from './shape.js';

export interface IdentityRules {
  /** Whether `2008-10-17`, or no version at all, will do. */
  readonly oldVersions: boolean;
  /** Whether resources of fewer than six parts will do. */
  readonly shortResources: boolean;
  /** The partition that resources may be in. */
  readonly partition: string;
}

/**
 * Rules of policies without principals: identity, session and service control policies. The order of the checks is
 * the order in which AWS complains when several things are wrong.
 */
export function checkIdentity(shape: DocumentShape, rules: IdentityRules): void {
  const { statements } = shape;
  if (statements === undefined || statements.length === 0)
    return refuse(TEXTS.syntax, shape.position, 'there is no statement');
  checkVersionSyntax(shape, TEXTS.syntax);
  for (const statement of statements) checkEffectSyntax(statement);
  if (!rules.oldVersions && shape.version?.text !== '2012-10-17') refuse(TEXTS.version, shape.version?.position);
  for (const { principal } of statements) if (principal !== undefined) refuse(TEXTS.principal, principal.position);
  const complaint = checkLegacy(statements, rules);
  checkSids(statements, TEXTS.duplicateSid);
  for (const { action, position } of statements) if (!action?.values.length) refuse(TEXTS.actions, position);
  if (complaint !== undefined) throw complaint;
  for (const { action } of statements) if (action !== undefined) checkActions(action);
  for (const { resource, position } of statements) if (!resource?.values.length) refuse(TEXTS.resources, position);
}

export function checkVersionSyntax({ version }: DocumentShape, text: string): void {
  if (version !== undefined && version.text !== '2008-10-17' && version.text !== '2012-10-17')
    refuse(text, version.position);
}

/** AWS takes `allow` for an effect at first and stumbles over its case later. */
function checkEffectSyntax({ effect, position }: StatementShape): void {
  const known = effect !== undefined && ['allow', 'deny'].includes(effect.text.toLowerCase());
  if (!known) refuse(TEXTS.syntax, effect?.position ?? position, 'an effect is `Allow` or `Deny`');
}

/** What AWS calls legacy parsing: effects, dates and resources. Returns the first complaint about a resource. */
function checkLegacy(
  statements: readonly StatementShape[],
  { partition, shortResources }: IdentityRules,
): GrammarFault | undefined {
  for (const { effect, condition } of statements) {
    if (effect?.text !== 'Allow' && effect?.text !== 'Deny')
      refuse(TEXTS.legacy, effect?.position, 'effects are case sensitive');
    checkDates(condition);
  }
  let complaint: GrammarFault | undefined;
  for (const { resource } of statements) {
    if (resource !== undefined) complaint ??= resourceComplaint(resource, partition, shortResources);
  }
  return complaint;
}

/** A date that could never match is refused here, so that nobody waits for it to. */
export function checkDates(condition: readonly ConditionEntry[]): void {
  for (const { operator, values } of condition) {
    if (readOperator(operator)?.operator.family !== 'Date') continue;
    for (const { text, position } of values) {
      if (readInstant(text) === undefined) refuse(TEXTS.legacy, position, `\`${text}\` is not a date`);
    }
  }
}

/** Sids are alphanumeric and unique; an empty one is none (requirements-4 LIM-8). */
export function checkSids(statements: readonly StatementShape[], duplicateText: string, characters = true): void {
  const seen = new Set<string>();
  for (const { sid } of statements) {
    if (sid === undefined || sid.text === '') continue;
    if (characters && !isAlphanumeric(sid.text)) refuse(TEXTS.sidCharacters, sid.position);
    if (seen.has(sid.text)) refuse(duplicateText, sid.position);
    seen.add(sid.text);
  }
}
