import type { iam } from '@muniment/aws-model';
import { type Call, fold } from '@muniment/kernel';
import type { ContextValue } from '@muniment/policy';

type Scalar = string | number | boolean;

/** How values of one type are read. */
interface Format {
  /** What AWS says it expected instead. */
  readonly expected: string;
  readonly accepts: (text: string) => boolean;
  readonly value: (text: string) => Scalar;
}

const asWritten = (text: string): Scalar => text;

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const calendar = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/i;
const epochSeconds = /^-?\d+(\.\d+)?$/;
const base64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$/;
const hextet = /^[0-9a-f]{1,4}$/i;

const isOctets = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((octet) => Number(octet) < 256);

function isHextets(text: string): boolean {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return false;
  const groups = [head, tail ?? ''].flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const mapped = last.includes('.');
  if (mapped && !isOctets(last)) return false;
  const hextets = mapped ? groups.slice(0, -1) : groups;
  const count = hextets.length + (mapped ? 2 : 0);
  return hextets.every((group) => hextet.test(group)) && (tail === undefined ? count === 8 : count < 8);
}

/** A number that has no end is compared as it is written. */
const numberOf = (text: string): Scalar => (Number.isFinite(Number(text)) ? Number(text) : text);

const formats: Readonly<Record<string, Format>> = {
  string: { expected: 'string', accepts: () => true, value: asWritten },
  numeric: { expected: 'numeric format', accepts: (text) => decimal.test(text), value: numberOf },
  // Whatever is not true is false, and nothing is refused.
  boolean: { expected: 'boolean', accepts: () => true, value: (text) => text.toLowerCase() === 'true' },
  ip: { expected: 'IP address', accepts: (text) => isOctets(text) || isHextets(text), value: asWritten },
  binary: { expected: 'base-64 encoded binary format', accepts: (text) => base64.test(text), value: asWritten },
  date: {
    expected: 'DateTime format',
    accepts: (text) => calendar.test(text) || epochSeconds.test(text),
    value: asWritten,
  },
};

function valueOf(entry: iam.ContextEntry, name: string, call: Call<'InvalidInput'>): ContextValue {
  const { ContextKeyType: type, ContextKeyValues: values = [] } = entry;
  const isList = type?.endsWith('List') === true;
  const format = formats[isList ? type.slice(0, -'List'.length) : (type ?? '')];
  if (!format) return call.fault('InvalidInput', `Context key ${name} has invalid type ${type ?? 'null'}.`);
  if (values.length === 0) {
    return call.fault('InvalidInput', `Context values for context key ${name} cannot be null or empty.`);
  }
  if (!isList && values.length > 1) {
    call.fault('InvalidInput', `Context key ${type} expected a single value, but received ${values.length}.`);
  }
  if (!values.every(format.accepts)) {
    call.fault('InvalidInput', `Invalid context value for key ${name}: expected ${format.expected}.`);
  }
  const read = values.map(format.value);
  return isList ? read : (read[0] as Scalar);
}

/** What `ContextEntries` say, by folded name. */
export type Entries = ReadonlyMap<string, ContextValue>;

export function readEntries(given: readonly iam.ContextEntry[] = [], call: Call<'InvalidInput'>): Entries {
  const entries = new Map<string, ContextValue>();
  for (const entry of given) {
    const { ContextKeyName: name, ContextKeyType: type, ContextKeyValues: values } = entry;
    // An entry without anything is nothing that comes over the wire.
    if (name === undefined && type === undefined && values === undefined) continue;
    if (!name) return call.fault('InvalidInput', 'ContextKeyName cannot be null or empty.');
    if (entries.has(fold(name))) call.fault('InvalidInput', `Duplicate context key: ${name}.`);
    entries.set(fold(name), valueOf(entry, name, call));
  }
  return entries;
}
