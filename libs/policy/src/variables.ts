import type { ContextLookup } from './context.js';
import { hasAt, matchesPattern, wildcardCode, type Pattern } from './wildcard.js';

/** Text whose wildcards count, text that is only itself, or a variable to be looked up. */
export type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined };

/** A text with policy variables in it (requirements-4 section 7). */
export type Template = readonly TemplatePiece[];

const ESCAPED = new Set(['*', '?', '$']);

/**
 * Reads `${key}`, `${key, 'default'}` and the literals `${*}`, `${?}`, `${$}`. Undefined when there is none of them:
 * then the text is an ordinary one. An opening without an end stays text.
 */
export function readTemplate(text: string): Template | undefined {
  const pieces: TemplatePiece[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('${', from);
    if (open < 0) break;
    const end = endOf(text, open + 2);
    if (end < 0) break;
    if (open > from) pieces.push({ kind: 'text', text: text.slice(from, open) });
    pieces.push(readVariable(text.slice(open + 2, end)));
    from = end + 1;
  }
  if (pieces.length === 0) return undefined;
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) });
  return pieces;
}

const BEFORE_DEFAULT = ", '";

/** The closing brace; a default may hold braces, so it is closed by a quote and a brace together. */
function endOf(text: string, from: number): number {
  const brace = text.indexOf('}', from);
  const comma = text.indexOf(BEFORE_DEFAULT, from);
  if (brace < 0 || comma < 0 || comma > brace) return brace;
  const quote = text.indexOf("'}", comma + BEFORE_DEFAULT.length);
  return quote < 0 ? brace : quote + 1;
}

function readVariable(inside: string): TemplatePiece {
  if (ESCAPED.has(inside)) return { kind: 'exact', text: inside };
  const comma = inside.indexOf(BEFORE_DEFAULT);
  if (comma < 0 || !inside.endsWith("'")) return { kind: 'variable', key: inside.toLowerCase(), fallback: undefined };
  const fallback = inside.slice(comma + BEFORE_DEFAULT.length, -1);
  return { kind: 'variable', key: inside.slice(0, comma).toLowerCase(), fallback };
}

/** The template with its variables filled in, or undefined when one has neither value nor default. */
export function fillText(template: Template, context: ContextLookup): string | undefined {
  let filled = '';
  for (const piece of template) {
    const text = pieceText(piece, context);
    if (text === undefined) return undefined;
    filled += text;
  }
  return filled;
}

/** The same as a pattern: wildcards of the policy's own text count, those inside a value do not (ruling 38). */
export function fillPattern(template: Template, context: ContextLookup): Pattern | undefined {
  const texts: string[] = [];
  let length = 0;
  for (const piece of template) {
    const text = pieceText(piece, context);
    if (text === undefined) return undefined;
    texts.push(text);
    length += text.length;
  }
  const pattern = new Int32Array(length);
  let at = 0;
  for (const [index, text] of texts.entries()) {
    const wild = template[index]?.kind === 'text';
    for (let unit = 0; unit < text.length; unit += 1) {
      const code = text.charCodeAt(unit);
      pattern[at] = wild ? wildcardCode(code) : code;
      at += 1;
    }
  }
  return pattern;
}

function pieceText(piece: TemplatePiece, context: ContextLookup): string | undefined {
  return piece.kind === 'variable' ? (context.textOf(piece.key) ?? piece.fallback) : piece.text;
}

/** A template sorted by its wildcards: without any, or with one star at its end, nothing has to be put together. */
export interface TemplateMatcher {
  readonly shape: 'literal' | 'prefix' | 'pattern';
  readonly template: Template;
}

export function compileTemplate(template: Template): TemplateMatcher {
  const last = template.at(-1);
  if (last?.kind === 'text' && last.text.endsWith('*')) {
    const before: Template = [...template.slice(0, -1), { kind: 'text', text: last.text.slice(0, -1) }];
    if (!before.some(isWild)) return { shape: 'prefix', template: before };
  }
  return { shape: template.some(isWild) ? 'pattern' : 'literal', template };
}

function isWild(piece: TemplatePiece): boolean {
  return piece.kind === 'text' && (piece.text.includes('*') || piece.text.includes('?'));
}

/** Whether the filled template covers `text` from offset `from`; one that cannot be filled covers nothing. */
export function matchesTemplate(
  { shape, template }: TemplateMatcher,
  text: string,
  from: number,
  context: ContextLookup,
): boolean {
  if (shape === 'pattern') {
    const pattern = fillPattern(template, context);
    return pattern !== undefined && matchesPattern(pattern, text, from);
  }
  let at = from;
  for (const piece of template) {
    const filled = pieceText(piece, context);
    if (filled === undefined || !hasAt(text, filled, at)) return false;
    at += filled.length;
  }
  return shape === 'prefix' || at === text.length;
}
