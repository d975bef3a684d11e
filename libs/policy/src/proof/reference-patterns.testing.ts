/**
 * Patterns and policy variables of the plain evaluator (requirements-4 sections 5.6, 6.2 and 7, rulings 20 to 23 and 38).
 */
import { arnOf } from './reference-values.testing.js';

/** One step of a pattern. `own` tells what the policy wrote itself from what a variable brought in: that is data. */
export type Piece =
  | { readonly is: 'any' }
  | { readonly is: 'one' }
  | { readonly is: 'text'; readonly text: string; readonly own: boolean };

const text = (value: string, own: boolean): Piece => ({ is: 'text', text: value, own });

/** Gives the value of a variable, undefined when there is none. */
export type ValueOf = (key: string) => string | undefined;

const VARIABLE = /\$\{([^}]*)\}/y;
const WITH_DEFAULT = /^([^,]*), '([^']*)'$/;

/**
 * A policy's text as pieces; undefined when a variable has neither value nor default. In documents of 2008-10-17 a
 * variable is plain text (ELM-1).
 */
export function piecesOf(written: string, variables: boolean, valueOf: ValueOf): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (let at = 0; at < written.length; ) {
    VARIABLE.lastIndex = at;
    const found = variables ? VARIABLE.exec(written) : null;
    if (found !== null) {
      const value = resolve(found[1] ?? '', valueOf);
      if (value === undefined) return undefined;
      for (const unit of value.split('')) pieces.push(text(unit, false));
      at += found[0].length;
      continue;
    }
    const unit = written.charAt(at);
    pieces.push(unit === '*' ? { is: 'any' } : unit === '?' ? { is: 'one' } : text(unit, true));
    at++;
  }
  return pieces;
}

function resolve(inside: string, valueOf: ValueOf): string | undefined {
  if (inside === '*' || inside === '?' || inside === '$') return inside;
  const [, key = inside, fallback] = WITH_DEFAULT.exec(inside) ?? [];
  return valueOf(key) ?? fallback;
}

/** The text that pieces stand for where wildcards mean nothing. */
export function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.is === 'any' ? '*' : piece.is === 'one' ? '?' : piece.text)).join('');
}

/** Whether the whole value fits: `*` any run, `?` one character. Keeps every place a match could have got to. */
export function fits(pieces: readonly Piece[], value: string): boolean {
  let places = new Set([0]);
  for (const piece of pieces) {
    const next = new Set<number>();
    for (const place of places) {
      if (piece.is === 'any') for (let end = place; end <= value.length; end++) next.add(end);
      else if (place < value.length && (piece.is === 'one' || value.charAt(place) === piece.text)) next.add(place + 1);
    }
    places = next;
  }
  return places.has(value.length);
}

/** The six parts of a pattern, split at the colons that the policy itself wrote; undefined when there are fewer. */
export function arnPiecesOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] | undefined {
  const parts: Piece[][] = [[]];
  for (const piece of pieces) {
    const splits = piece.is === 'text' && piece.own && piece.text === ':' && parts.length < 6;
    if (splits) parts.push([]);
    else parts.at(-1)?.push(piece);
  }
  return parts.length === 6 ? parts : undefined;
}

/** ArnLike, which is ArnEquals: part by part (CND-9); `*` fits every ARN, what is no ARN fits none (ruling 23). */
export function arnFits(pieces: readonly Piece[], value: string): boolean {
  const parts = arnOf(value);
  if (parts === undefined) return false;
  if (pieces.length === 1 && pieces[0]?.is === 'any') return true;
  const brought = pieces.every((piece) => piece.is === 'text' && !piece.own);
  // A variable that stands alone is an ARN by itself.
  const own = brought ? pieces.map((piece) => (piece.is === 'text' ? { ...piece, own: true } : piece)) : pieces;
  const patterns = arnPiecesOf(own);
  return patterns !== undefined && patterns.every((pattern, index) => fits(pattern, parts[index] ?? ''));
}

/**
 * Whether a `Resource` covers the resource asked for: `*` covers everything, an ARN is compared in partition, region and
 * account with wildcards, in the service without, and behind the fifth colon as one text (rulings 20 and 21).
 */
export function resourceFits(written: string, asked: string, variables: boolean, valueOf: ValueOf): boolean {
  if (written === '*') return true;
  const parts = arnOf(asked);
  const pieces = piecesOf(written, variables, valueOf);
  if (parts === undefined || pieces === undefined) return false;
  const patterns = arnPiecesOf(pieces);
  if (patterns === undefined || textOf(patterns[0] ?? []) !== 'arn') return false;
  return patterns.every((pattern, index) =>
    index === 2 ? textOf(pattern) === parts[index] : fits(pattern, parts[index] ?? ''),
  );
}

/** Whether an `Action` covers the action asked for; case means nothing, `*` is every action (ACT-1 to ACT-3). */
export function actionFits(written: string, asked: string): boolean {
  if (written === '*' || written === '*:*') return true;
  const pieces = piecesOf(written.toLowerCase(), false, () => undefined);
  return pieces !== undefined && fits(pieces, asked.toLowerCase());
}
