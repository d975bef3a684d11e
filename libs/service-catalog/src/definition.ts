/** What an action does, as the columns of AWS's service authorization reference call it. */
export const accessLevels = ['List', 'Read', 'Write', 'Permissions management', 'Tagging'] as const;
export type AccessLevel = (typeof accessLevels)[number];

const singleTypes = ['String', 'Numeric', 'Date', 'Bool', 'ARN', 'IPAddress', 'Binary'] as const;
type SingleType = (typeof singleTypes)[number];

/** The type of a condition key's value; `ArrayOf…` for keys that have many values at once. */
export type ConditionKeyType = SingleType | `ArrayOf${SingleType}`;
export const conditionKeyTypes: readonly ConditionKeyType[] = [
  ...singleTypes,
  ...singleTypes.map((type) => `ArrayOf${type}` as const),
];

/** A resource type that an action can be allowed or denied on. */
export interface ActionResourceType {
  /** Name of one of the service's resource types. */
  readonly name: string;
  /** The action is always about a resource of this type. */
  readonly required?: boolean;
}

export interface ActionDefinition {
  /** Without the service's prefix: `GetObject`. */
  readonly name: string;
  readonly accessLevel: AccessLevel;
  /** None: the action is about no resource, and only `*` matches it. */
  readonly resourceTypes: readonly ActionResourceType[];
  /** Keys that the action brings, besides those of its resource types and the global ones. */
  readonly conditionKeys: readonly string[];
  /** Actions that the caller needs besides this one: `iam:PassRole`. */
  readonly dependentActions: readonly string[];
}

export interface ResourceTypeDefinition {
  readonly name: string;
  /** Format of the ARN: `arn:${Partition}:orders:${Region}:${Account}:order/${OrderId}`. */
  readonly arn: string;
  /** Further formats; only few of AWS's types have any. */
  readonly otherArns?: readonly string[];
  readonly conditionKeys: readonly string[];
}

export interface ConditionKeyDefinition {
  /** With its prefix; a part that differs from request to request in braces: `orders:ItemTag/${TagKey}`. */
  readonly name: string;
  readonly type: ConditionKeyType;
}

/**
 * What can be done with a service, to what, and under which conditions: AWS's services and your own alike.
 *
 * @example
 * ```ts
 * const orders: ServiceDefinition = {
 *   prefix: 'orders',
 *   name: 'Orders',
 *   actions: [
 *     { name: 'GetOrder', accessLevel: 'Read', resourceTypes: [{ name: 'order', required: true }], conditionKeys: [],
 *       dependentActions: [] },
 *   ],
 *   resourceTypes: [
 *     { name: 'order', arn: 'arn:${Partition}:orders:${Region}:${Account}:order/${OrderId}',
 *       conditionKeys: ['orders:Channel'] },
 *   ],
 *   conditionKeys: [{ name: 'orders:Channel', type: 'String' }],
 * };
 * ```
 */
export interface ServiceDefinition {
  /** What stands before the colon of its actions, and in the third place of its ARNs. */
  readonly prefix: string;
  readonly name?: string;
  readonly actions: readonly ActionDefinition[];
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  readonly conditionKeys: readonly ConditionKeyDefinition[];
}
