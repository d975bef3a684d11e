/** A service as one compact text; libs/service-catalog/src/decode.ts reads it and says what stands where. */

/** The source has the level's name and what else the action is: `Tagging, Write`. */
const levels = { List: 'L', Read: 'R', Write: 'W', 'Permissions management, Write': 'P', 'Tagging, Write': 'T' };

const byName = (a, b) => (a < b ? -1 : 1);
const arnHead = 'arn:${Partition}:';
const fail = (text) => {
  throw new Error(text);
};

const codeOf = (index) => index.toString(36);

/** Codes of the names in a list, whatever their case. */
function coded(service, names) {
  const codes = new Map(names.map((name, index) => [name.toLowerCase(), codeOf(index)]));
  return (name) => codes.get(name.toLowerCase()) ?? fail(`${service} refers to \`${name}\`, which it does not define`);
}

/** Each text once, by a code; the empty one has none. */
function interned() {
  const codes = new Map();
  return {
    texts: codes,
    code(text) {
      if (text === '') return '';
      if (!codes.has(text)) codes.set(text, codeOf(codes.size));
      return codes.get(text);
    },
  };
}

function encodedArns(service, arns) {
  return arns.split(', ').map((arn) => {
    if (!arn.startsWith(arnHead) || /[ ;]/.test(arn)) fail(`${service} has an ARN format of another form: \`${arn}\``);
    return arn.slice(arnHead.length);
  });
}

/** Keys that only one of the action's resource types brings are the action's own here. */
function keysOf(action, typesByName) {
  const keys = new Set(action.conditionKeys);
  for (const { name, conditionKeys } of action.resourceTypes) {
    const known = typesByName.get(name.toLowerCase())?.conditionKeys ?? [];
    for (const key of conditionKeys) if (!known.includes(key)) keys.add(key);
  }
  return [...keys];
}

/** @param {{ prefix: string, actions: object[], types: object[], keys: object[] }} service as the source has it */
export function encodeService({ prefix, actions, types, keys }) {
  const keyCode = coded(
    prefix,
    keys.map(({ key }) => key),
  );
  const typeCode = coded(
    prefix,
    types.map(({ key }) => key),
  );
  const typesByName = new Map(types.map((type) => [type.key.toLowerCase(), type]));
  const sets = interned();
  const keySet = (names = []) => sets.code(names.map(keyCode).join(','));
  const typeLines = types.map(({ key, arn, conditionKeys }) =>
    [key, keySet(conditionKeys), ...encodedArns(prefix, arn)].join(';'),
  );
  const actionLines = [...actions]
    .sort((a, b) => byName(a.name, b.name))
    .map((action) => {
      const level = levels[action.accessLevel] ?? fail(`${prefix}:${action.name} has level \`${action.accessLevel}\``);
      const usable = action.resourceTypes.map(({ name, required }) => (required ? '!' : '') + typeCode(name)).join(',');
      const head = [action.name, level, sets.code(usable), keySet(keysOf(action, typesByName))];
      return [...head, action.dependentActions.join(',')].join(';').replace(/;+$/, '');
    });
  const lists = [keys.map(({ key, type }) => `${key};${type}`), typeLines, [...sets.texts.keys()], actionLines];
  const named = [...keys.map(({ key }) => key), ...types.map(({ key }) => key), ...actions.map(({ name }) => name)];
  for (const item of named) if (/[|;\n]/.test(item)) fail(`${prefix} has a name that cannot be kept: \`${item}\``);
  return lists.map((list) => list.join('|')).join('\n');
}
