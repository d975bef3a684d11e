/** The output of an operation → XML, by the model. */
import type { ListShape, MapShape, Member, Shape, Structure, TimestampFormat } from '@muniment/aws-model';
import { compiler } from './compile.js';
import { printBlob, printTimestamp } from './scalars.js';

const SPECIAL = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/;
const EACH_SPECIAL =
  /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;

/** A carriage return is written as a reference, else readers turn it into a line feed. */
const REFERENCE: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** What XML 1.0 has no way to write becomes U+FFFD; a pair of surrogates is a character and stays. */
const escapeOne = (char: string) => REFERENCE[char] ?? (char.length === 2 ? char : '\ufffd');

export function escapeXml(text: string): string {
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, escapeOne) : text;
}

/** What stands between the tags. */
type Content = (value: never) => string;
type AnyContent = (value: unknown) => string;

export const element = (name: string, inner: string): string =>
  inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;

function repeated(name: string, item: AnyContent): (value: readonly unknown[]) => string {
  const [open, close, empty] = [`<${name}>`, `</${name}>`, `<${name}/>`];
  return (values) => {
    let text = '';
    for (const value of values) {
      const inner = item(value);
      text += inner === '' ? empty : open + inner + close;
    }
    return text;
  };
}

function list(shape: ListShape, name = shape.itemName ?? 'member'): Content {
  return repeated(name, contentOf(shape.member));
}

function map(shape: MapShape, name = 'entry'): Content {
  const [keyName, valueName] = [shape.keyName ?? 'key', shape.valueName ?? 'value'];
  const content = contentOf(shape.value);
  const entry = ([key, value]: [string, unknown]) =>
    element(keyName, escapeXml(key)) + element(valueName, content(value));
  const write = repeated(name, entry as AnyContent);
  return (value: Record<string, unknown>) => write(Object.entries(value).filter(([, of]) => of !== undefined));
}

type Write = (value: unknown) => string;

/** A member with its tags; a flattened collection brings its own. */
function memberWriter({ wireName, shape, flattened, timestampFormat }: Member): Write {
  const flat = flattened ?? ('flattened' in shape && shape.flattened === true);
  if (flat && shape.kind === 'list') return list(shape, shape.itemName ?? wireName) as Write;
  if (flat && shape.kind === 'map') return map(shape, wireName) as Write;
  const content = shape.kind === 'timestamp' ? timestamp(timestampFormat ?? shape.format) : contentOf(shape);
  const [open, close, empty] = [`<${wireName}`, `</${wireName}>`, `<${wireName}/>`];
  const attributes = attributesOf(shape);
  return (value) => {
    const inner = (content as AnyContent)(value);
    if (attributes) return `${open}${attributes(value)}>${inner}${close}`;
    return inner === '' ? empty : `${open}>${inner}${close}`;
  };
}

/** Members of a structure that are attributes of its element. */
function attributesOf(shape: Shape): Write | undefined {
  if (shape.kind !== 'structure') return undefined;
  const members = shape.members.filter(({ xmlAttribute }) => xmlAttribute);
  if (members.length === 0) return undefined;
  return (value) =>
    members
      .filter(({ name }) => (value as Record<string, unknown>)[name] !== undefined)
      .map(({ name, wireName, shape: of }) => {
        const text = contentOf(of)((value as Record<string, unknown>)[name]);
        return ` ${wireName}="${text}"`;
      })
      .join('');
}

function structure(shape: Structure): Content {
  let fields: readonly { name: string; write: Write }[] | undefined;
  return (value: Record<string, unknown>) => {
    fields ??= shape.members
      .filter(({ xmlAttribute }) => !xmlAttribute)
      .map((member) => ({ name: member.name, write: memberWriter(member) }));
    let text = '';
    for (const { name, write } of fields) {
      const of = value[name];
      if (of !== undefined && of !== null) text += write(of);
    }
    return text;
  };
}

const timestamp =
  (format: TimestampFormat = 'iso8601'): Content =>
  (date: Date) =>
    printTimestamp(date, format);

function build(shape: Shape): AnyContent {
  const content: Content = buildContent(shape);
  return content as AnyContent;
}

function buildContent(shape: Shape): Content {
  switch (shape.kind) {
    case 'string':
      return escapeXml;
    case 'number':
    case 'boolean':
      return (value: number | boolean) => String(value);
    case 'timestamp':
      return timestamp(shape.format);
    case 'blob':
      return printBlob;
    case 'list':
      return list(shape);
    case 'map':
      return map(shape);
    case 'structure':
      return structure(shape);
  }
}

/** The text between the tags of a value of this shape. */
export const contentOf = compiler(build);
