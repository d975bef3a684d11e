/** JSON values ↔ inputs and outputs, by the model: what JSON 1.1 and REST-JSON bodies share. */
import type { ListShape, MapShape, Member, NumberShape, Shape, Structure, TimestampFormat } from '@muniment/aws-model';
import { checkUnion, compiler, put } from './compile.js';
import { Malformed } from './protocol.js';
import { printBlob, printTimestamp, readBlob, readEpoch, readNumber, readTimestamp } from './scalars.js';

type Convert = (value: unknown) => unknown;

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value !== null && typeof value === 'object' ? 'a structure' : typeof value;
}

function unexpected(value: unknown, expected: string): never {
  if (Array.isArray(value)) throw new Malformed('Start of list found where not expected');
  if (value !== null && typeof value === 'object') {
    throw new Malformed('Start of structure or map found where not expected.');
  }
  throw new Malformed(`${kindOf(value)} found where ${expected} was expected`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function numberReader(shape: NumberShape): Convert {
  const whole = shape.format === 'integer' || shape.format === 'long';
  return (value) => {
    if (typeof value === 'number') return whole ? readNumber(String(value), shape) : value;
    return typeof value === 'string' && !whole ? readNumber(value, shape) : unexpected(value, 'a number');
  };
}

function timestampReader(value: unknown): Date {
  if (typeof value === 'number') return readEpoch(value);
  return typeof value === 'string' ? readTimestamp(value) : unexpected(value, 'a timestamp');
}

/** A null stands for nothing, in a list too: AWS's services drop it. */
function listReader(shape: ListShape): Convert {
  const item = readJson(shape.member);
  return (value) => {
    if (!Array.isArray(value)) return unexpected(value, 'a list');
    return value.filter((of) => of !== null).map((of) => item(of));
  };
}

function mapReader(shape: MapShape): Convert {
  const item = readJson(shape.value);
  return (value) => {
    if (!isRecord(value)) return unexpected(value, 'a map');
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) if (value[key] !== null) put(result, key, item(value[key]));
    return result;
  };
}

interface Field {
  readonly name: string;
  readonly wireName: string;
  readonly convert: Convert;
}

const fieldsOf = (shape: Structure): ReadonlyMap<string, Field> =>
  new Map(
    shape.members
      .filter(inBody)
      .map((member) => [member.wireName, { ...member, convert: readJson(member.shape) }] as const),
  );

const inBody = ({ location }: Member) => location === undefined;

function structureReader(shape: Structure): Convert {
  let fields: ReadonlyMap<string, Field> | undefined;
  return (value) => {
    if (!isRecord(value)) return unexpected(value, 'a structure');
    fields ??= fieldsOf(shape);
    const result: Record<string, unknown> = {};
    // By what is there: of many members most are not.
    for (const key of Object.keys(value)) {
      const field = fields.get(key);
      const of = value[key];
      if (field && of !== undefined && of !== null) result[field.name] = field.convert(of);
    }
    checkUnion(shape, result);
    return result;
  };
}

const textReader =
  (read: (text: string) => unknown): Convert =>
  (value) =>
    typeof value === 'string' ? read(value) : unexpected(value, 'a string');

function buildReader(shape: Shape): Convert {
  switch (shape.kind) {
    case 'string':
      return textReader((text) => text);
    case 'number':
      return numberReader(shape);
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : unexpected(value, 'a boolean'));
    case 'timestamp':
      return timestampReader;
    case 'blob':
      return textReader(readBlob);
    case 'list':
      return listReader(shape);
    case 'map':
      return mapReader(shape);
    case 'structure':
      return structureReader(shape);
  }
}

/** A parsed JSON value → the value of a shape. The closure throws `Malformed` where the value does not fit. */
export const readJson = compiler(buildReader);

function timestampWriter(format: TimestampFormat = 'unixTimestamp'): Convert {
  if (format !== 'unixTimestamp') return (date) => printTimestamp(date as Date, format);
  return (date) => (date as Date).getTime() / 1000;
}

/** JSON has no literal for what is not finite: it travels as its name. */
const writeNumber: Convert = (value) => (Number.isFinite(value) ? value : String(value));

function mapWriter(shape: MapShape): Convert {
  const item = writeJson(shape.value);
  return (value) => {
    const result: Record<string, unknown> = {};
    for (const [key, of] of Object.entries(value as object)) put(result, key, of === undefined ? undefined : item(of));
    return result;
  };
}

function structureWriter(shape: Structure): Convert {
  let fields: readonly Field[] | undefined;
  return (value) => {
    fields ??= shape.members.filter(inBody).map((member) => ({ ...member, convert: memberWriter(member) }));
    const result: Record<string, unknown> = {};
    for (const { name, wireName, convert } of fields) {
      const of = (value as Record<string, unknown>)[name];
      if (of !== undefined && of !== null) result[wireName] = convert(of);
    }
    return result;
  };
}

function memberWriter({ shape, timestampFormat }: Member): Convert {
  return shape.kind === 'timestamp' ? timestampWriter(timestampFormat ?? shape.format) : writeJson(shape);
}

const same: Convert = (value) => value;

function buildWriter(shape: Shape): Convert {
  switch (shape.kind) {
    case 'string':
    case 'boolean':
      return same;
    case 'number':
      return writeNumber;
    case 'timestamp':
      return timestampWriter(shape.format);
    case 'blob':
      return (value) => printBlob(value as Uint8Array);
    case 'list': {
      const item = writeJson(shape.member);
      return (values) => (values as unknown[]).map((value) => item(value));
    }
    case 'map':
      return mapWriter(shape);
    case 'structure':
      return structureWriter(shape);
  }
}

/** The value of a shape → what `JSON.stringify` prints as the protocol wants it. */
export const writeJson = compiler(buildWriter);

/** A JSON body; nothing at all stands for an empty object. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Malformed('the body is not valid JSON');
  }
}
