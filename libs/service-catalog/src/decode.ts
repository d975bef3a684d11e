import type {
  AccessLevel,
  ActionDefinition,
  ConditionKeyDefinition,
  ConditionKeyType,
  ResourceTypeDefinition,
  ServiceDefinition,
} from './definition.js';

const levels: Readonly<Record<string, AccessLevel>> = {
  L: 'List',
  R: 'Read',
  W: 'Write',
  P: 'Permissions management',
  T: 'Tagging',
};

const arnHead = 'arn:${Partition}:';
const items = (line: string | undefined, separator: string): readonly string[] => (line ? line.split(separator) : []);
const indexOf = (code: string): number => Number.parseInt(code, 36);

/**
 * Reads what tools/generate-service-catalog/encode.mjs has written, four lines of items between `|`, their parts between `;`: condition keys with
 * their types; resource types with a set of keys and ARN formats; the sets, codes between commas; actions with their
 * level, a set of resource types (`!` before a required one), a set of keys, and dependent actions. A code is a place in
 * a list above, in base 36.
 */
export function decodeService(prefix: string, text: string, name?: string): ServiceDefinition {
  const [keyLine, typeLine, setLine, actionLine] = text.split('\n');
  const conditionKeys = items(keyLine, '|').map((item): ConditionKeyDefinition => {
    const [key = '', type] = item.split(';');
    return { name: key, type: type as ConditionKeyType };
  });
  const sets = items(setLine, '|');
  const codesIn = (set: string | undefined) => (set ? items(sets[indexOf(set)], ',') : []);
  const keysIn = (set: string | undefined) => codesIn(set).map((code) => conditionKeys[indexOf(code)]?.name ?? '');
  const resourceTypes = items(typeLine, '|').map((item): ResourceTypeDefinition => {
    const [type = '', keys, arn = '', ...others] = item.split(';');
    const otherArns = others.map((other) => arnHead + other);
    return {
      name: type,
      arn: arnHead + arn,
      ...(otherArns.length > 0 && { otherArns }),
      conditionKeys: keysIn(keys),
    };
  });
  const typesIn = (set: string | undefined) =>
    codesIn(set).map((code) => {
      const required = code.startsWith('!');
      const type = resourceTypes[indexOf(required ? code.slice(1) : code)]?.name ?? '';
      return { name: type, ...(required && { required }) };
    });
  const actions = items(actionLine, '|').map((item): ActionDefinition => {
    const [action = '', level = '', types, keys, dependent] = item.split(';');
    return {
      name: action,
      accessLevel: levels[level] as AccessLevel,
      resourceTypes: typesIn(types),
      conditionKeys: keysIn(keys),
      dependentActions: items(dependent, ','),
    };
  });
  return { prefix, ...(name !== undefined && { name }), actions, resourceTypes, conditionKeys };
}
