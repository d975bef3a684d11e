import { createMongoAbility, type MongoAbility, type RawRuleOf, subject } from '@casl/ability';
import type { AuthorizationRequest } from '@muniment/policy';
import type { Document, Documents, Statement } from './workload.js';

/*
 * The same sets as rules of CASL. It has no wildcards in actions, no variables, no case folding and no addresses, so it
 * is given an easier task: the service as the subject's type, `manage` for every action with a star, ARNs as regular
 * expressions, conditions of equality only, one ability for each part of a set.
 */

const list = <Item>(items: Item | readonly Item[]): readonly Item[] =>
  Array.isArray(items) ? (items as readonly Item[]) : [items as Item];

const expression = (pattern: string): RegExp => {
  const plain = pattern.replace(/\$\{[^}]+\}/g, '*').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${plain.replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
};

/** Keys of conditions must not look like paths into objects. */
const field = (key: string): string => key.toLowerCase().replace(/[^a-z]/g, '_');

function conditionsOf(statement: Statement, pattern: string): Record<string, unknown> {
  const conditions: Record<string, unknown> = pattern === '*' ? {} : { arn: { $regex: expression(pattern) } };
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, wanted] of Object.entries(keys)) {
      if (operator === 'StringEquals' && !String(wanted).includes('${')) conditions[field(key)] = { $in: list(wanted) };
      else if (operator === 'Bool') conditions[field(key)] = wanted === 'true';
      else if (operator.startsWith('StringNotEquals')) conditions[field(key)] = { $ne: wanted };
      else if (operator === 'NumericLessThan') conditions[field(key)] = { $lt: Number(wanted) };
      else if (operator === 'StringLike') conditions[field(key)] = { $regex: expression(String(wanted)) };
    }
  }
  return conditions;
}

function rulesOf({ statements }: Document): RawRuleOf<MongoAbility>[] {
  return statements.flatMap((statement) =>
    list(statement.Action).flatMap((text) => {
      const [service = 'all', name = '*'] = text === '*' ? [] : text.split(':');
      return list(statement.Resource).map((pattern): RawRuleOf<MongoAbility> => {
        const conditions = conditionsOf(statement, pattern);
        return {
          action: name.includes('*') ? 'manage' : name,
          subject: service,
          inverted: statement.Effect === 'Deny',
          ...(Object.keys(conditions).length > 0 ? { conditions } : {}),
        };
      });
    }),
  );
}

/** Rules that come later win in CASL, so that denials come last. */
const abilityOf = (documents: readonly Document[]): MongoAbility =>
  createMongoAbility(
    documents.flatMap(rulesOf).sort((a, b) => Number(a.inverted ?? false) - Number(b.inverted ?? false)),
  );

export function abilitiesOf({ identity, boundary, session, scps }: Documents): readonly MongoAbility[] {
  const parts = [...(scps ?? []), identity, ...(boundary ? [[boundary]] : []), ...(session ? [session] : [])];
  return parts.map(abilityOf);
}

/** A question as CASL takes it. */
export interface CaslQuestion {
  readonly action: string;
  readonly subject: ReturnType<typeof subject>;
}

/** Made before the clock runs: turning a request into a subject is not what is measured. */
export function caslQuestion({ action, resource, context }: AuthorizationRequest): CaslQuestion {
  const [service = '', name = ''] = action.split(':');
  const fields = Object.entries(context).map(([key, value]) => [field(key), value]);
  return { action: name, subject: subject(service, { arn: resource, ...Object.fromEntries(fields) }) };
}

export function caslAllows(abilities: readonly MongoAbility[], { action, subject: asked }: CaslQuestion): boolean {
  for (const ability of abilities) if (!ability.can(action, asked)) return false;
  return true;
}
