import type { PolicyDocument, PolicyKind, PolicyStatement, PolicyVersion } from '../document.js';
import { readJson } from '../json/reader.js';
import { GrammarFault, TEXTS, type PolicyError } from './fault.js';
import { checkIdentity } from './identity.js';
import { readShape, type DocumentShape, type StatementShape } from './shape.js';
import { checkWithPrincipals } from './trust.js';

/**
 * How strictly a policy is read.
 *
 * @example
 * const imported: ReadPolicyOptions = { oldVersions: true, duplicateKeys: 'merge' };
 */
export interface ReadPolicyOptions {
  /** The longest text that is read at all; default 131072 characters, IAM's own bound. */
  readonly maxLength?: number;
  /**
   * Accept what IAM once accepted, as old policies have it: `2008-10-17` or no `Version` in identity policies (other kinds
   * always accept them), and resources of fewer than six parts, which cover nothing. Default false.
   */
  readonly oldVersions?: boolean;
  /**
   * Default `refuse`. `merge` is for policies that were stored long ago: `Action` and `Resource` are joined, of other
   * elements the last counts (requirements-4 GRM-4, ruling 39).
   */
  readonly duplicateKeys?: 'refuse' | 'merge';
  /** The partition that resources and principals may be in; default `aws`. */
  readonly partition?: string;
}

/**
 * What reading gives: the policy, or the reason why not.
 *
 * @example
 * const reading: PolicyReading = readPolicy(text, 'identity');
 * if (!reading.ok) console.error(reading.error.message, reading.error.position);
 */
export type PolicyReading =
  | { readonly ok: true; readonly policy: PolicyDocument }
  | { readonly ok: false; readonly error: PolicyError };

const MAX_LENGTH = 131_072;
const MAX_DEPTH = 32;

/**
 * Reads and checks a policy document. Never throws: errors are values, with AWS's own `MalformedPolicyDocument` texts.
 * Time and memory grow with the length of the text; text longer than `maxLength` is not looked at.
 *
 * @example
 * readPolicy('{"Version":"2012-10-17","Statement":[]}', 'identity');
 * // { ok: false, error: { code: 'MalformedPolicyDocument', message: 'Syntax errors in policy.', … } }
 */
export function readPolicy(text: string, kind: PolicyKind, options: ReadPolicyOptions = {}): PolicyReading {
  const { maxLength = MAX_LENGTH, duplicateKeys = 'refuse' } = options;
  const reading = readJson(text, { maxLength, maxDepth: MAX_DEPTH, keepDuplicates: duplicateKeys === 'merge' });
  const withPrincipals = hasPrincipals(kind);
  if (!reading.ok) {
    const { message: detail, path, position } = reading.fault;
    const message = withPrincipals ? TEXTS.trust.json : TEXTS.syntax;
    return { ok: false, error: { code: 'MalformedPolicyDocument', message, detail, path, position } };
  }
  try {
    const syntax = withPrincipals ? TEXTS.trust.syntax : TEXTS.syntax;
    const emptyPrincipal = withPrincipals ? TEXTS.trust.emptyPrincipal : TEXTS.principal;
    const shape = readShape(reading.value, { syntax, emptyPrincipal });
    check(shape, kind, options);
    return { ok: true, policy: documentOf(shape, kind) };
  } catch (fault) {
    if (!(fault instanceof GrammarFault)) throw fault;
    return { ok: false, error: fault.error };
  }
}

function check(
  shape: DocumentShape,
  kind: PolicyKind,
  { oldVersions = false, partition = 'aws' }: ReadPolicyOptions,
): void {
  if (hasPrincipals(kind)) checkWithPrincipals(shape, kind, partition);
  else
    checkIdentity(shape, {
      oldVersions: oldVersions || kind !== 'identity',
      shortResources: oldVersions,
      partition,
    });
}

/** Kinds whose statements say whom they are for. */
function hasPrincipals(kind: PolicyKind): kind is 'trust' | 'resource' | 'rcp' {
  return kind === 'trust' || kind === 'resource' || kind === 'rcp';
}

function documentOf(shape: DocumentShape, kind: PolicyKind): PolicyDocument {
  const version: PolicyVersion = shape.version?.text === '2012-10-17' ? '2012-10-17' : '2008-10-17';
  return { kind, version, id: shape.id?.text, statements: (shape.statements ?? []).map(statementOf) };
}

/** The rules have made sure that effect and action are there. */
function statementOf({
  index,
  position,
  end,
  sid,
  effect,
  principal,
  action,
  resource,
  condition,
}: StatementShape): PolicyStatement {
  return {
    index,
    sid: sid?.text,
    effect: effect?.text === 'Allow' ? 'Allow' : 'Deny',
    principal,
    action: action ?? { negated: false, values: [], position },
    resource,
    condition,
    position,
    end,
  };
}
