/** The form of a Query request → the input of its operation, by the model. Parameters it does not name are ignored. */
import type { ListShape, MapShape, Member, Shape, Structure } from '@muniment/aws-model';
import { checkUnion, compiler, put } from './compile.js';
import type { Form, FormNode } from './form.js';
import { Malformed } from './protocol.js';
import { readBlob, readBoolean, readNumber, readTimestamp } from './scalars.js';

type Read = (node: FormNode) => unknown;

const NOT_A_LIST = 'Start of structure or map found where not expected.';

function scalar(read: (text: string) => unknown): Read {
  return ({ value, children }) => {
    if (children || value === undefined) throw new Malformed(NOT_A_LIST);
    return read(value);
  };
}

const INDEX = /^[1-9]\d{0,8}$/;

/** The children of a numbered node by number: gaps cost nothing, whatever the numbers. */
function numbered(children: ReadonlyMap<string, FormNode>): FormNode[] {
  const entries = [...children];
  for (const [index] of entries) {
    if (!INDEX.test(index)) throw new Malformed(`not a valid list index: \`${index}\``);
  }
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, node]) => node);
}

/** An empty collection travels as `Name=`; else its entries are numbered, below the step unless it is flattened. */
function elements({ value, children }: FormNode, step: string | undefined): FormNode[] {
  if (!children) {
    if (value) throw new Malformed(`value found where a collection was expected: \`${value}\``);
    return [];
  }
  if (step === undefined) return numbered(children);
  const under = children.get(step)?.children;
  if (!under || children.size > 1) throw new Malformed(`expected only \`${step}\` and a number below a collection`);
  return numbered(under);
}

function list(shape: ListShape, flattened: boolean): Read {
  const step = flattened ? undefined : (shape.itemName ?? 'member');
  const item = read(shape.member);
  return (node) => elements(node, step).map(item);
}

function map(shape: MapShape, flattened: boolean): Read {
  const step = flattened ? undefined : 'entry';
  const value = read(shape.value);
  const [keyName, valueName] = [shape.keyName ?? 'key', shape.valueName ?? 'value'];
  return (node) => {
    const result: Record<string, unknown> = {};
    for (const { children } of elements(node, step)) {
      const key = children?.get(keyName)?.value;
      const found = children?.get(valueName);
      if (key === undefined || !found)
        throw new Malformed(`expected \`${keyName}\` and \`${valueName}\` in a map entry`);
      put(result, key, value(found));
    }
    return result;
  };
}

interface Field {
  readonly name: string;
  readonly wireName: string;
  readonly read: Read;
}

function fieldOf({ name, wireName, shape, flattened }: Member): Field {
  const flat = flattened ?? ('flattened' in shape && shape.flattened === true);
  if (shape.kind === 'list') {
    const named = flat && shape.itemName !== undefined ? shape.itemName : wireName;
    return { name, wireName: named, read: list(shape, flat) };
  }
  return { name, wireName, read: shape.kind === 'map' ? map(shape, flat) : read(shape) };
}

function readFields(fields: readonly Field[], nodes: Form): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of fields) {
    const node = nodes.get(field.wireName);
    if (node) result[field.name] = field.read(node);
  }
  return result;
}

const NO_NODES: Form = new Map();

function structure(shape: Structure): Read {
  let fields: readonly Field[] | undefined;
  return ({ value, children }) => {
    if (value && !children) throw new Malformed(`value found where a structure was expected: \`${value}\``);
    const result = readFields((fields ??= shape.members.map(fieldOf)), children ?? NO_NODES);
    checkUnion(shape, result);
    return result;
  };
}

function build(shape: Shape): Read {
  switch (shape.kind) {
    case 'string':
      return scalar((text) => text);
    case 'number':
      return scalar((text) => readNumber(text, shape));
    case 'boolean':
      return scalar(readBoolean);
    case 'timestamp':
      return scalar(readTimestamp);
    case 'blob':
      return scalar(readBlob);
    case 'list':
      return list(shape, shape.flattened === true);
    case 'map':
      return map(shape, shape.flattened === true);
    case 'structure':
      return structure(shape);
  }
}

const read = compiler(build);
const inputs = new WeakMap<Structure, readonly Field[]>();

/**
 * The input that a form spells out.
 * @throws Malformed where the form does not fit the model.
 */
export function readQuery(shape: Structure, form: Form): Record<string, unknown> {
  let fields = inputs.get(shape);
  if (!fields) inputs.set(shape, (fields = shape.members.map(fieldOf)));
  return readFields(fields, form);
}
