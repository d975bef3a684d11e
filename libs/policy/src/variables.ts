import { type ContextKey, contextKey } from './context-key.js';
import type { Run } from './run.js';
import { hasAt, matchesPattern, type Pattern, wildcardCode } from './wildcard.js';

/** Text whose wildcards count, text that is only itself, or a variable to be looked up. */
export type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string }
  | {
      readonly kind: 'variable';
      /** As the policy spells it. */
      readonly name: string;
      readonly key: ContextKey;
      readonly fallback: string | undefined;
    };

/** A text with policy variables in it (requirements-4 section 7). */
export type Template = readonly TemplatePiece[];

/** Where a template's variables get their values from. */
export type Values = Pick<Run, 'textOf'>;

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
  if (comma < 0 || !inside.endsWith("'")) return variable(inside, undefined);
  return variable(inside.slice(0, comma), inside.slice(comma + BEFORE_DEFAULT.length, -1));
}

function variable(name: string, fallback: string | undefined): TemplatePiece {
  return { kind: 'variable', name, key: contextKey(name), fallback };
}

/** The template with its variables filled in, or undefined when one has neither value nor default. */
export function fillText(template: Template, values: Values): string | undefined {
  let filled = '';
  for (const piece of template) {
    const text = pieceText(piece, values);
    if (text === undefined) return undefined;
    filled += text;
  }
  return filled;
}

/** The same as a pattern: wildcards of the policy's own text count, those inside a value do not (ruling 38). */
export function fillPattern(template: Template, values: Values): Pattern | undefined {
  const texts: string[] = [];
  let length = 0;
  for (const piece of template) {
    const text = pieceText(piece, values);
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

function pieceText(piece: TemplatePiece, values: Values): string | undefined {
  return piece.kind === 'variable' ? (values.textOf(piece.key) ?? piece.fallback) : piece.text;
}

/** A template ready to be compared: what stands between its stars, each to be filled in by itself. */
export interface TemplateMatcher {
  readonly template: Template;
  /** Undefined when there is a `?`: then the filled template is compared character by character. */
  readonly runs: readonly Template[] | undefined;
}

export function compileTemplate(template: Template): TemplateMatcher {
  const hasQuestion = template.some((piece) => piece.kind === 'text' && piece.text.includes('?'));
  return { template, runs: hasQuestion ? undefined : runsOf(template) };
}

/** Cuts a template at its stars. */
function runsOf(template: Template): Template[] {
  const runs: Template[] = [];
  let run: TemplatePiece[] = [];
  for (const piece of template) {
    const texts = piece.kind === 'text' ? piece.text.split('*') : [];
    if (piece.kind !== 'text') run.push(piece);
    for (const [index, text] of texts.entries()) {
      if (index > 0) {
        runs.push(run);
        run = [];
      }
      if (text !== '') run.push({ kind: 'exact', text });
    }
  }
  runs.push(run);
  return runs;
}

/** Whether the filled template covers `text` from offset `from`; one that cannot be filled covers nothing. */
export function matchesTemplate(
  { template, runs }: TemplateMatcher,
  text: string,
  from: number,
  values: Values,
): boolean {
  if (runs === undefined) {
    const pattern = fillPattern(template, values);
    return pattern !== undefined && matchesPattern(pattern, text, from);
  }
  let at = from;
  const last = runs.length - 1;
  for (let index = 0; index <= last; index += 1) {
    const filled = fillText(runs[index] ?? [], values);
    if (filled === undefined) return false;
    at = behind(filled, text, at, index === 0, index === last);
    if (at < 0) return false;
  }
  return true;
}

/** Where `part` ends in `text`, looked for from `at`; -1 when it is not where it has to be. */
function behind(part: string, text: string, at: number, first: boolean, last: boolean): number {
  const end = text.length - part.length;
  if (first && last) return at === end && hasAt(text, part, at) ? text.length : -1;
  if (first) return at <= end && hasAt(text, part, at) ? at + part.length : -1;
  if (last) return at <= end && hasAt(text, part, end) ? text.length : -1;
  const found = text.indexOf(part, at);
  return found < 0 ? -1 : found + part.length;
}
