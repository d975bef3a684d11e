/** `application/x-www-form-urlencoded` as a tree: `Tags.member.1.Key=a` is `Tags` → `member` → `1` → `Key`. */
import { Malformed, type WireRequest } from './protocol.js';

export interface FormNode {
  value: string | undefined;
  children: Map<string, FormNode> | undefined;
}

export type Form = ReadonlyMap<string, FormNode>;

/** Deeper than any model nests. */
const MAX_DEPTH = 32;

/** More steps of names than any request has: a form is read before its sender is known, and each costs far more than its text. */
const MAX_STEPS = 20_000;

const WIDE = /[\u0080-\u00ff]/;

/** `text` is latin1: every character is one byte of the request. */
function unescape(text: string): string {
  const bytes = WIDE.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
  const spaced = bytes.includes('+') ? bytes.replaceAll('+', ' ') : bytes;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new Malformed('The query string contains a syntax error.', 'MalformedQueryString');
  }
}

function nodeAt(level: Map<string, FormNode>, name: string): FormNode {
  let node = level.get(name);
  if (!node) level.set(name, (node = { value: undefined, children: undefined }));
  return node;
}

/** The first of several values for one name counts. Returns the steps of the name. */
function insert(form: Map<string, FormNode>, name: string, value: string): number {
  let level = form;
  let from = 0;
  let depth = 0;
  for (; ; depth++) {
    if (depth === MAX_DEPTH) throw new Malformed('parameter name is nested too deeply');
    const dot = name.indexOf('.', from);
    if (dot < 0) break;
    const node = nodeAt(level, name.slice(from, dot));
    level = node.children ??= new Map();
    from = dot + 1;
  }
  const node = nodeAt(level, from === 0 ? name : name.slice(from));
  node.value ??= value;
  return depth + 1;
}

/** In one pass over the text. */
function eachPair(text: string, visit: (name: string, value: string) => void): void {
  let from = 0;
  while (from < text.length) {
    let end = text.indexOf('&', from);
    if (end < 0) end = text.length;
    if (end > from) {
      const equals = text.indexOf('=', from);
      const bare = equals < 0 || equals > end;
      const name = unescape(text.slice(from, bare ? end : equals));
      visit(name, bare ? '' : unescape(text.slice(equals + 1, end)));
    }
    from = end + 1;
  }
}

export function parseForm(...texts: readonly string[]): Form {
  const form = new Map<string, FormNode>();
  let steps = 0;
  for (const text of texts) {
    eachPair(text, (name, value) => {
      steps += insert(form, name, value);
      if (steps > MAX_STEPS) throw new Malformed('the request has too many parameters');
    });
  }
  return form;
}

/** A query string as names with all their values, dots and all. */
export function parseQueryString(query: string): ReadonlyMap<string, readonly string[]> {
  const parameters = new Map<string, string[]>();
  eachPair(query, (name, value) => {
    const values = parameters.get(name);
    if (values) values.push(value);
    else parameters.set(name, [value]);
  });
  return parameters;
}

const FORM = Symbol('form');

/** Kept on the request itself: a WeakMap keyed by every request costs the collector more than reading the form. */
interface Remembering extends WireRequest {
  [FORM]?: Form;
}

/** The parameters of a request, from its query string and its body; parsed once per request. */
export function formOf(request: Remembering): Form {
  const known = request[FORM];
  if (known) return known;
  const form = parseForm(request.query, request.body.toString('latin1'));
  if (Object.isExtensible(request)) request[FORM] = form;
  return form;
}
