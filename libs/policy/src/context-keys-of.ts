import { resourceOffset } from './arn.js';
import { readOperator } from './condition/operators.js';
import type { PolicyDocument, PolicyStatement } from './document.js';
import { readTemplate } from './variables.js';

/**
 * The condition keys that a policy's decision can depend on: those of its `Condition` blocks, and those that its
 * variables stand for. Each once, as the policy spells it first.
 *
 * @example
 * contextKeysOf(reading.policy); // ['aws:SourceIp', 'aws:username']
 */
export function contextKeysOf(document: PolicyDocument): string[] {
  const found = new Map<string, string>();
  for (const statement of document.statements) {
    for (const key of keysOf(statement, document.version === '2012-10-17')) {
      const lower = key.toLowerCase();
      if (!found.has(lower)) found.set(lower, key);
    }
  }
  return [...found.values()];
}

function keysOf({ resource, condition }: PolicyStatement, variables: boolean): string[] {
  const keys = condition.flatMap(({ operator, key, values }) => {
    const filled = variables && readOperator(operator)?.operator.variables === true;
    return [key, ...(filled ? values.flatMap(({ text }) => variablesIn(text)) : [])];
  });
  if (!variables) return keys;
  const behindHead = (text: string) => text.slice(Math.max(0, resourceOffset(text)));
  return [...(resource?.values ?? []).flatMap(({ text }) => variablesIn(behindHead(text))), ...keys];
}

function variablesIn(text: string): string[] {
  return (readTemplate(text) ?? []).flatMap((piece) => (piece.kind === 'variable' ? [piece.name] : []));
}
