export type ContextValue = string | number | boolean | readonly string[];

/** A policy that belongs to the resource asked for; a role's trust policy is the only kind IAM itself has. */
export interface ResourcePolicy {
  readonly kind: 'trust';
  readonly id: string;
  readonly document: string;
}

/** One question to the decisions service: may the caller do this to that. */
export interface Ask {
  /** `service:Name`; the operation's own action when absent. */
  readonly action?: string;
  readonly resource: string;
  /** Owner of the resource; read from its ARN when absent. */
  readonly account?: string;
  readonly context?: Readonly<Record<string, ContextValue | undefined>>;
  readonly resourcePolicy?: ResourcePolicy;
}

/** For the few operations that AWS lets any authenticated caller use, whatever the policies say. */
export const unrestricted = Symbol('unrestricted');

export type Asks = Ask | readonly (Ask | undefined | false)[] | typeof unrestricted;
