/** One shape of the model as TypeScript: its type, and its runtime schema. */
import { enclosed, literal, properties, property, quote, union } from './text.mjs';

const SCALARS = { string: 'string', character: 'string', boolean: 'boolean', timestamp: 'Date', blob: 'Uint8Array' };
const NUMBERS = { integer: 'number', long: 'number', float: 'number', double: 'number' };
const FACTORY = { character: 'string', bigdecimal: 'double' };

/** Names a module cannot use for its own constants: what it imports, and globals a reader would take them for. */
const TAKEN = new Set(
  (
    'string integer long float double boolean timestamp blob list map structure required optional error operation ' +
    'errors service noMembers String Boolean Date Map Number Object Set Error Long Double Float Integer'
  ).split(' '),
);

const capitalised = (name) => name[0].toUpperCase() + name.slice(1);
const decapitalised = (name) => name[0].toLowerCase() + name.slice(1);

/** Answers everything a writer asks about the shapes of one model. */
export function shapesOf(model) {
  const shape = (name) => model.shapes[name] ?? fail(`the model has no shape \`${name}\``);
  const isType = (name) => shape(name).type === 'structure' || shape(name).enum !== undefined;
  const typeName = (name) => capitalised(name);
  const operationNames = new Set(Object.keys(model.operations));

  /** The constant that holds the schema: structures bear the type's name, all others begin lower case. */
  function constant(name) {
    if (shape(name).type === 'structure') return typeName(name);
    const own = decapitalised(name);
    return TAKEN.has(own) || TAKEN.has(name) || operationNames.has(own) ? `${own}Shape` : own;
  }

  function typeOf(name) {
    const of = shape(name);
    if (isType(name)) return typeName(name);
    if (of.type === 'list') {
      const item = typeOf(of.member.shape);
      return `${item}[]`;
    }
    if (of.type === 'map') {
      const keyed = `Record<${typeOf(of.key.shape)}, ${typeOf(of.value.shape)}>`;
      return shape(of.key.shape).enum ? `Partial<${keyed}>` : keyed;
    }
    return SCALARS[of.type] ?? NUMBERS[of.type] ?? fail(`shape \`${name}\` is of unknown type \`${of.type}\``);
  }

  return { shape, isType, typeName, constant, typeOf, describe: describerOf({ shape, constant, typeName, typeOf }) };
}

/** Traits of a member that are on the wire and not in the type. */
function traitsOf(name, member, inner) {
  const flattened = member.flattened ?? undefined;
  return {
    wireName: member.locationName && member.locationName !== name ? member.locationName : undefined,
    location: member.location,
    timestampFormat: member.timestampFormat,
    xmlAttribute: member.xmlAttribute,
    flattened: flattened === inner.flattened ? undefined : flattened,
    idempotencyToken: member.idempotencyToken,
  };
}

function describerOf({ shape, constant, typeName, typeOf }) {
  function member(name, of, required) {
    const traits = literal(traitsOf(name, of, shape(of.shape)));
    const rest = traits === '{}' ? '' : `, ${traits}`;
    if (!required && !rest) return constant(of.shape);
    return `${required ? 'required' : 'optional'}(${constant(of.shape)}${rest})`;
  }

  const entries = (of) =>
    Object.entries(of.members).map(
      ([name, item]) => `${property(name)}: ${member(name, item, of.required?.includes(name) ?? false)}`,
    );

  /** Exactly one member is set: one type per member. */
  function variants(name) {
    const members = Object.entries(shape(name).members);
    const variant = (chosen) =>
      members.map(([key, item]) => `${property(key)}${key === chosen ? `: ${typeOf(item.shape)}` : '?: never'}`);
    return `export type ${typeName(name)} =\n${members.map(([key]) => `  | { ${variant(key).join('; ')} }`).join('\n')};`;
  }

  function structure(name) {
    const of = shape(name);
    const type = typeName(name);
    const fields = Object.entries(of.members).map(
      ([key, item]) => `  ${property(key)}${of.required?.includes(key) ? '' : '?'}: ${typeOf(item.shape)};\n`,
    );
    const body = of.union
      ? variants(name)
      : fields.length
        ? `export interface ${type} {\n${fields.join('')}}`
        : `export type ${type} = NoMembers;`;
    const rest = literal({ sensitive: of.sensitive, union: of.union, payload: of.payload });
    const head = `export const ${type}: Structure<${type}> =`;
    const call = `structure(${quote(name)}, () => (`;
    const narrow = head.length + call.length + 2 <= 120;
    const declared = `${head}${narrow ? ' ' : '\n  '}${call}`;
    return `${body}\n${enclosed(declared, '{', entries(of), '}', `)${rest === '{}' ? '' : `, ${rest}`});`)}`;
  }

  return { entries, structure, ...describerOfSimple({ shape, constant, typeName }) };
}

/** Everything but structures: constants that only the module itself sees, and the types of enums. */
function describerOfSimple({ shape, constant, typeName }) {
  /** `head` completed by what else the shape says. */
  const call = (head, of, more) => {
    const said = properties({ sensitive: of.sensitive, min: of.min, max: of.max, ...more });
    return said.length ? enclosed(`${head}, `, '{', said, '}', ');') : `${head});`;
  };

  function collection(name) {
    const of = shape(name);
    const head = `const ${constant(name)} = ${of.type}(${quote(name)}, () =>`;
    if (of.type === 'list') {
      const more = { flattened: of.flattened, itemName: of.member.locationName };
      return call(`${head} ${constant(of.member.shape)}`, of, more);
    }
    const more = { flattened: of.flattened, keyName: of.key.locationName, valueName: of.value.locationName };
    return call(`${head} ${constant(of.key.shape)}, () => ${constant(of.value.shape)}`, of, more);
  }

  function scalar(name) {
    const of = shape(name);
    const factory = FACTORY[of.type] ?? of.type;
    const own = `const ${constant(name)} = ${factory}(${quote(name)}`;
    if (of.enum) {
      const values = of.enum.map(quote);
      const type = `export type ${typeName(name)} =`;
      const body = union(of.enum, '  ', 120 - type.length - 2);
      const schema = enclosed(`${own}, { values: `, '[', values, ']', ' });');
      return `${type}${body.startsWith('\n') ? '' : ' '}${body};\n${schema}`;
    }
    return call(own, of, { pattern: of.pattern, format: of.timestampFormat });
  }

  return { collection, scalar };
}

export function fail(message) {
  throw new Error(message);
}
