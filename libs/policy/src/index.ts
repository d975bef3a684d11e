export type { CompiledPolicy, PolicyIdentity, PolicyType, StatementRef } from './compile.js';
export { compilePolicy } from './compile.js';
export type { ContextScalar, ContextValue, RequestContext } from './context.js';
export { contextKeysOf } from './context-keys-of.js';
export type { Decision } from './decision.js';
export { denialText } from './denial-text.js';
export type {
  ConditionEntry,
  Effect,
  PolicyDocument,
  PolicyElement,
  PolicyKind,
  PolicyStatement,
  PolicyText,
  PolicyVersion,
  PrincipalElement,
  PrincipalNaming,
} from './document.js';
export type { AuthorizationRequest, PolicySet } from './evaluate.js';
export { evaluate } from './evaluate.js';
export type { CombinedDecision } from './evaluate-all.js';
export { evaluateAll } from './evaluate-all.js';
export type {
  ConditionTrace,
  ElementTrace,
  Explanation,
  PolicyTrace,
  PrincipalTrace,
  StatementTrace,
} from './explain.js';
export { explain } from './explain.js';
export type { PolicyError } from './grammar/fault.js';
export { invalidPrincipalText } from './grammar/principals.js';
export type { PolicyReading, ReadPolicyOptions } from './grammar/read-policy.js';
export { readPolicy } from './grammar/read-policy.js';
export type { Position } from './json/tree.js';
export { policySize } from './policy-size.js';
export type { AccountPrincipal, Principal } from './principal.js';
export type { ReadableType } from './readable.js';
export { isReadable } from './readable.js';
