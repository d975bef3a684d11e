import type { Position } from './json/tree.js';

/**
 * What a policy document is for; it decides which elements are demanded and which are refused.
 *
 * @example
 * const kind: PolicyKind = 'trust';
 */
export type PolicyKind = 'identity' | 'trust' | 'resource' | 'session' | 'scp' | 'rcp';

/**
 * The two versions of the policy language. A document without one is of `2008-10-17`, which knows no variables.
 *
 * @example
 * const current: PolicyVersion = '2012-10-17';
 */
export type PolicyVersion = '2008-10-17' | '2012-10-17';

/**
 * What a statement does, and what a decision says.
 *
 * @example
 * const effect: Effect = 'Deny';
 */
export type Effect = 'Allow' | 'Deny';

/**
 * A text as it stands in the document, and where it stands.
 *
 * @example
 * const { text, position }: PolicyText = { text: 's3:Get*', position: { line: 1, column: 67, offset: 66 } };
 */
export interface PolicyText {
  readonly text: string;
  readonly position: Position;
}

/**
 * `Action`/`NotAction` or `Resource`/`NotResource`.
 *
 * @example
 * statement.action.negated; // true for NotAction
 * statement.action.values.map(({ text }) => text); // ['s3:Get*']
 */
export interface PolicyElement {
  readonly negated: boolean;
  readonly values: readonly PolicyText[];
  readonly position: Position;
}

/**
 * The kinds of principal a policy can name.
 *
 * @example
 * const naming: PrincipalNaming = 'Service';
 */
export type PrincipalNaming = 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';

/**
 * `Principal` or `NotPrincipal`; a bare `"*"` is the same as `{"AWS": "*"}`.
 *
 * @example
 * statement.principal?.names.map(({ naming, text }) => `${naming} ${text}`); // ['AWS 111122223333']
 */
export interface PrincipalElement {
  readonly negated: boolean;
  readonly names: readonly (PolicyText & { readonly naming: PrincipalNaming })[];
  readonly position: Position;
}

/**
 * One key under one operator of a `Condition` block.
 *
 * @example
 * statement.condition.map(({ operator, key }) => `${operator} ${key}`); // ['StringEquals aws:PrincipalTag/Team']
 */
export interface ConditionEntry {
  /** As written, with prefix and suffix: `ForAllValues:StringLikeIfExists`. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly PolicyText[];
  readonly position: Position;
}

/**
 * A statement as read: structure without judgement about its meaning.
 *
 * @example
 * policy.statements.filter((statement) => statement.effect === 'Deny').map(({ index, sid }) => sid ?? index);
 */
export interface PolicyStatement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: Effect;
  readonly principal: PrincipalElement | undefined;
  readonly action: PolicyElement;
  /** Absent in trust policies and some resource policies: then the resource is the one the policy is attached to. */
  readonly resource: PolicyElement | undefined;
  readonly condition: readonly ConditionEntry[];
  readonly position: Position;
  /** Just behind the statement's closing brace. */
  readonly end: Position;
}

/**
 * A policy that has passed `readPolicy`.
 *
 * @example
 * const reading = readPolicy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', 'identity');
 * if (reading.ok) reading.policy.statements[0]?.effect; // 'Allow'
 */
export interface PolicyDocument {
  readonly kind: PolicyKind;
  readonly version: PolicyVersion;
  readonly id: string | undefined;
  readonly statements: readonly PolicyStatement[];
}
