/** The output of an operation → XML, by the model. */
import type { ListShape, MapShape, Member, Shape, Structure, TimestampFormat } from '@muniment/aws-model';
import { compiler } from './compile.js';
import { printBlob, printTimestamp } from './scalars.js';

const SPECIAL = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/;
/** Anything but the plain characters of nearly every text: quicker to look for than `SPECIAL`. */
const UNUSUAL = /[^\t\n !#-%'-;=?-~]/;
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
  return UNUSUAL.test(text) && SPECIAL.test(text) ? text.replace(EACH_SPECIAL, escapeOne) : text;
}

/** What stands between the tags. */
type Content = (value: never) => string;
type AnyContent = (value: unknown) => string;

export const element = (name: string, inner: string): string =>
  inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;

/** An end tag and the start tag behind it are added as one text: long answers are made of many pieces otherwise. */
function repeated(name: string, item: AnyContent): (value: readonly unknown[]) => string {
  const [open, close, empty] = [`<${name}>`, `</${name}>`, `<${name}/>`];
  const between = close + open;
  return (values) => {
    let text = '';
    let isOpen = false;
    for (const value of values) {
      const inner = item(value);
      if (inner === '') {
        text += isOpen ? close + empty : empty;
        isOpen = false;
      } else {
        text += isOpen ? between : open;
        text += inner;
        isOpen = true;
      }
    }
    return isOpen ? text + close : text;
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

/** How a member of a structure is written. */
interface Field {
  readonly name: string;
  readonly open: string;
  readonly close: string;
  readonly empty: string;
  readonly write: AnyContent;
  /** Whether `write` gives the tags as well, not only what stands between them. */
  readonly tagged: boolean;
  /** End tag of the member before, and that with this member's start tag. */
  readonly before: string;
  readonly between: string;
}

function fieldOf({ name, wireName, shape, flattened, timestampFormat }: Member, before: string): Field {
  const [open, close, empty] = [`<${wireName}>`, `</${wireName}>`, `<${wireName}/>`];
  const tags = { name, open, close, empty, before, between: before + open };
  const flat = flattened ?? ('flattened' in shape && shape.flattened === true);
  const own = (whole: Content): Field => ({ ...tags, write: whole as AnyContent, tagged: true });
  if (flat && shape.kind === 'list') return own(list(shape, shape.itemName ?? wireName));
  if (flat && shape.kind === 'map') return own(map(shape, wireName));
  const of = shape.kind === 'timestamp' ? timestamp(timestampFormat ?? shape.format) : contentOf(shape);
  const content = of as AnyContent;
  const attributes = attributesOf(shape);
  if (attributes) return own((value: unknown) => `<${wireName}${attributes(value)}>${content(value)}${close}`);
  return { ...tags, write: content, tagged: false };
}

function fieldsOf(shape: Structure): readonly Field[] {
  let before = '';
  return shape.members
    .filter(({ xmlAttribute }) => !xmlAttribute)
    .map((member) => {
      const field = fieldOf(member, before);
      before = field.close;
      return field;
    });
}

/** Members of a structure that are attributes of its element. */
function attributesOf(shape: Shape): AnyContent | undefined {
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
  let fields: readonly Field[] | undefined;
  return (value: Record<string, unknown>) => {
    let text = '';
    /** End tag that is still to be written. */
    let due = '';
    for (const field of (fields ??= fieldsOf(shape))) {
      const of = value[field.name];
      if (of === undefined || of === null) continue;
      const written = field.write(of);
      if (field.tagged || written === '') {
        text += due + (field.tagged ? written : field.empty);
        due = '';
      } else {
        text += due === field.before ? field.between : due + field.open;
        text += written;
        due = field.close;
      }
    }
    return text + due;
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
