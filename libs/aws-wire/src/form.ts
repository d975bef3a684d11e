/** `application/x-www-form-urlencoded` as a tree: `Tags.member.1.Key=a` is `Tags` → `member` → `1` → `Key`. */
import { Malformed, type WireRequest } from './protocol.js';

export interface FormNode {
  value?: string;
  children?: Map<string, FormNode>;
}

export type Form = ReadonlyMap<string, FormNode>;

/** Deeper than any model nests. */
const MAX_DEPTH = 32;

const PERCENT = 0x25;
const PLUS = 0x2b;

/** `text` is latin1: every character is one byte of the request. */
function unescape(text: string): string {
  let plain = true;
  let pluses = false;
  let wide = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === PERCENT) plain = false;
    else if (char === PLUS) pluses = true;
    else if (char > 0x7f) wide = true;
  }
  const bytes = wide ? Buffer.from(text, 'latin1').toString('utf8') : text;
  const spaced = pluses ? bytes.replaceAll('+', ' ') : bytes;
  if (plain) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new Malformed('The query string contains a syntax error.', 'MalformedQueryString');
  }
}

function nodeAt(level: Map<string, FormNode>, name: string): FormNode {
  let node = level.get(name);
  if (!node) level.set(name, (node = {}));
  return node;
}

/** The first of several values for one name counts. */
function insert(form: Map<string, FormNode>, name: string, value: string): void {
  let level = form;
  let from = 0;
  for (let depth = 0; ; depth++) {
    if (depth === MAX_DEPTH) throw new Malformed('parameter name is nested too deeply');
    const dot = name.indexOf('.', from);
    if (dot < 0) break;
    const node = nodeAt(level, name.slice(from, dot));
    level = node.children ??= new Map();
    from = dot + 1;
  }
  const node = nodeAt(level, from === 0 ? name : name.slice(from));
  node.value ??= value;
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
  for (const text of texts) eachPair(text, (name, value) => insert(form, name, value));
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

const parsed = new WeakMap<WireRequest, Form>();

/** The parameters of a request, from its query string and its body; parsed once per request. */
export function formOf(request: WireRequest): Form {
  let form = parsed.get(request);
  if (!form) {
    form = parseForm(request.query, request.body.toString('latin1'));
    parsed.set(request, form);
  }
  return form;
}
