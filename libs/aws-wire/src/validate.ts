/** The limits that the model puts on inputs, in AWS's words. */
import type { ListShape, MapShape, Operation, Shape, StringShape, Structure } from '@muniment/aws-model';
import { compiler } from './compile.js';

/** Adds a line to `found` for every constraint that the value at `path` fails. */
type Check = (value: never, path: string, found: string[]) => void;
type AnyCheck = (value: unknown, path: string, found: string[]) => void;

/** The constraints of one value that do not look inside it: those it fails. */
type Limits = (value: unknown) => readonly string[];

/** More errors than a reader wants; a small request could otherwise be answered by a text many times its size. */
const ENOUGH = 100;

const NONE: readonly string[] = [];
const NOT_NULL = 'Member must not be null';

/** The number of characters, not of UTF-16 units; `text.length` decides unless surrogates could change the answer. */
function lengthWithin(text: string, min: number, max: number): boolean {
  if (text.length < min || (text.length <= max && text.length >= 2 * min)) return text.length >= min;
  let length = 0;
  for (const _ of text) if (++length > max) return false;
  return length >= min;
}

interface Limit {
  readonly text: string;
  readonly holds: (value: never) => boolean;
}

/** Patterns of the model are Java's: dot-all is a prefix there, and a stray escape needs the mode without `u`. */
function anchored(pattern: string): RegExp {
  const dotAll = pattern.startsWith('(?s)');
  const source = `^(?:${dotAll ? pattern.slice(4) : pattern})$`;
  try {
    return new RegExp(source, dotAll ? 'su' : 'u');
  } catch {
    return new RegExp(source, dotAll ? 's' : '');
  }
}

/** Compiled at the first use: most patterns of a model are never met in the life of a process. */
function matches(pattern: string): (value: string) => boolean {
  let expression: RegExp | undefined;
  return (value) => (expression ??= anchored(pattern)).test(value);
}

function stringLimits({ pattern, min, max, values }: StringShape): Limit[] {
  const limits: Limit[] = [];
  if (pattern !== undefined) {
    limits.push({ text: `Member must satisfy regular expression pattern: ${pattern}`, holds: matches(pattern) });
  }
  limits.push(...lengthLimits(min, max, lengthWithin));
  if (values) {
    const allowed = new Set(values);
    limits.push({
      text: `Member must satisfy enum value set: [${values.join(', ')}]`,
      holds: (value: string) => allowed.has(value),
    });
  }
  return limits;
}

type Within = (value: never, min: number, max: number) => boolean;

function lengthLimits(min: number | undefined, max: number | undefined, within: Within, what = 'length'): Limit[] {
  const limits: Limit[] = [];
  if (min !== undefined) {
    const holds = (value: never) => within(value, min, Number.POSITIVE_INFINITY);
    limits.push({ text: `Member must have ${what} greater than or equal to ${min}`, holds });
  }
  if (max !== undefined) {
    const holds = (value: never) => within(value, Number.NEGATIVE_INFINITY, max);
    limits.push({ text: `Member must have ${what} less than or equal to ${max}`, holds });
  }
  return limits;
}

const sized = (size: number, min: number, max: number) => size >= min && size <= max;

function limitsOf(shape: Shape): Limit[] {
  switch (shape.kind) {
    case 'string':
      return stringLimits(shape);
    case 'number':
      return lengthLimits(shape.min, shape.max, sized, 'value');
    case 'blob':
      return lengthLimits(shape.min, shape.max, (bytes: Uint8Array, min, max) => sized(bytes.byteLength, min, max));
    case 'list':
      return lengthLimits(shape.min, shape.max, (items: unknown[], min, max) => sized(items.length, min, max));
    case 'map':
      return lengthLimits(shape.min, shape.max, (map: object, min, max) => sized(Object.keys(map).length, min, max));
    default:
      return [];
  }
}

function allOf(limits: readonly Limit[]): Limits {
  if (limits.length === 0) return () => NONE;
  return (value) => {
    let failed: string[] | undefined;
    for (const { holds, text } of limits)
      if (!(holds as (value: unknown) => boolean)(value)) (failed ??= []).push(text);
    return failed ?? NONE;
  };
}

/** Structures and bytes have no text worth showing; what is sensitive must not be shown. */
function printer(shape: Shape): ((value: never) => string) | undefined {
  if (shape.sensitive) return undefined;
  if (shape.kind === 'list') {
    const item = printer(shape.member);
    return item && ((values: never[]) => `[${values.map(item).join(', ')}]`);
  }
  if (shape.kind === 'map') {
    const item = printer(shape.value);
    return (
      item &&
      ((map: Record<string, never>) =>
        `{${Object.keys(map)
          .map((key) => `${key}=${item(map[key]!)}`)
          .join(', ')}}`)
    );
  }
  return shape.kind === 'string' || shape.kind === 'number' || shape.kind === 'boolean' ? String : undefined;
}

const failure = (shown: string, path: string, constraint: string) =>
  `Value ${shown}at '${path}' failed to satisfy constraint: ${constraint}`;

function shownBy(shape: Shape): (value: unknown) => string {
  const print = printer(shape) as ((value: unknown) => string) | undefined;
  return print ? (value) => `'${print(value)}' ` : () => '';
}

const scalarKinds = new Set<Shape['kind']>(['string', 'number', 'boolean', 'timestamp', 'blob']);

/** Elements that are scalars are judged as part of their collection, with all their constraints in one line. */
function elementCheck(
  owner: Shape,
  shape: Shape,
  words: string,
): (values: readonly unknown[], whole: unknown, path: string, found: string[]) => void {
  const limits = limitsOf(shape);
  const check = allOf(limits);
  const shown = shownBy(owner);
  const constraint = `${words} must satisfy constraint: [${limits
    .map(({ text }) => text)
    .sort((a, b) => rank(a) - rank(b))
    .join(', ')}]`;
  return (values, whole, path, found) => {
    for (const value of values) {
      if (check(value).length === 0) continue;
      found.push(failure(shown(whole), path, constraint));
      return;
    }
  };
}

/** In the bracketed form AWS prints the upper limit first and the pattern last. */
const RANKED = ['less than', 'greater than', 'pattern', 'enum'];
const rank = (text: string) => RANKED.findIndex((word) => text.includes(word));

function own(shape: Shape): AnyCheck {
  const limits = allOf(limitsOf(shape));
  const shown = shownBy(shape);
  return (value, path, found) => {
    for (const constraint of limits(value)) found.push(failure(shown(value), path, constraint));
  };
}

function listCheck(shape: ListShape): Check {
  const whole = own(shape);
  if (scalarKinds.has(shape.member.kind)) {
    const elements = elementCheck(shape, shape.member, 'Member');
    return (values: unknown[], path, found) => {
      whole(values, path, found);
      elements(values, values, path, found);
    };
  }
  const item = check(shape.member);
  return (values: unknown[], path, found) => {
    whole(values, path, found);
    for (let at = 0; at < values.length && found.length < ENOUGH; at++)
      item(values[at], `${path}.${at + 1}.member`, found);
  };
}

function mapCheck(shape: MapShape): Check {
  const whole = own(shape);
  const keys = elementCheck(shape, shape.key, 'Map keys');
  const scalar = scalarKinds.has(shape.value.kind);
  const values = elementCheck(shape, shape.value, 'Map value');
  const item = check(shape.value);
  return (map: Record<string, unknown>, path, found) => {
    whole(map, path, found);
    keys(Object.keys(map), map, path, found);
    if (scalar) values(Object.values(map), map, path, found);
    else for (const key of Object.keys(map)) if (found.length < ENOUGH) item(map[key], `${path}.${key}.member`, found);
  };
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

function structureCheck(shape: Structure): Check {
  let fields: readonly { name: string; path: string; required: boolean; check: AnyCheck }[] | undefined;
  return (value: Record<string, unknown>, path, found) => {
    fields ??= shape.members.map((member) => ({
      name: member.name,
      path: lowerFirst(member.name),
      required: member.required,
      check: check(member.shape),
    }));
    for (const field of fields) {
      const of = value[field.name];
      if (of === undefined || of === null) {
        if (field.required) found.push(failure('null ', path ? `${path}.${field.path}` : field.path, NOT_NULL));
      } else field.check(of, path ? `${path}.${field.path}` : field.path, found);
    }
  };
}

function build(shape: Shape): AnyCheck {
  if (shape.kind === 'list') return listCheck(shape) as AnyCheck;
  if (shape.kind === 'map') return mapCheck(shape) as AnyCheck;
  if (shape.kind === 'structure') return structureCheck(shape) as AnyCheck;
  return own(shape);
}

const check = compiler(build);

type Meets = (value: unknown) => boolean;

/** Whether a value is within the limits that its shape has, whatever is in it. */
export function limitsHold(shape: Shape): Meets {
  const all = limitsOf(shape).map(({ holds }) => holds as Meets);
  const [only] = all;
  if (only === undefined) return () => true;
  return all.length === 1 ? only : (value) => all.every((holds) => holds(value));
}

function structureMeets(shape: Structure): Meets {
  let fields: readonly { name: string; required: boolean; meets: Meets }[] | undefined;
  return (value) => {
    fields ??= shape.members.map(({ name, required, shape: of }) => ({ name, required, meets: meets(of) }));
    for (const field of fields) {
      const of = (value as Record<string, unknown>)[field.name];
      if (of === undefined || of === null ? field.required : !field.meets(of)) return false;
    }
    return true;
  };
}

function buildMeets(shape: Shape): Meets {
  const whole = limitsHold(shape);
  if (shape.kind === 'structure') return structureMeets(shape);
  if (shape.kind === 'list') {
    const item = meets(shape.member);
    return (values) => whole(values) && (values as unknown[]).every(item);
  }
  if (shape.kind !== 'map') return whole;
  const key = meets(shape.key);
  const item = meets(shape.value);
  return (map) => {
    if (!whole(map)) return false;
    for (const each of Object.keys(map as object))
      if (!key(each) || !item((map as Record<string, unknown>)[each])) return false;
    return true;
  };
}

/** Whether there is nothing to tell: what nearly every input comes to, without paths and texts. */
const meets = compiler(buildMeets);

/**
 * The text of the validation error that AWS answers this input with; undefined if it meets the model.
 * @example checkInput(iam.CreateUser, { UserName: 'a b' }) // "1 validation error detected: Value 'a b' at 'userName' …"
 */
export function checkInput<Input>(operation: Operation<Input>, input: Input): string | undefined {
  if (meets(operation.input)(input)) return undefined;
  const found: string[] = [];
  check(operation.input)(input, '', found);
  if (found.length === 0) return undefined;
  return `${found.length} validation error${found.length === 1 ? '' : 's'} detected: ${found.join('; ')}`;
}
