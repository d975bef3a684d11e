import { isDigit, ScanFault, Scanner } from './scanner.js';
import type { JsonFault, JsonMember, JsonNode, Position } from './tree.js';

export interface JsonLimits {
  /** The longest text that is looked at, in UTF-16 code units. */
  readonly maxLength: number;
  /** How many objects and arrays may stand inside each other. */
  readonly maxDepth: number;
  /** Keep repeated keys in `repeated` instead of refusing them; the last one is the member. */
  readonly keepDuplicates: boolean;
}

export type JsonReading =
  | { readonly ok: true; readonly value: JsonNode }
  | { readonly ok: false; readonly fault: JsonFault };

interface Frame {
  readonly kind: 'object' | 'array';
  readonly position: Position;
  readonly members: Map<string, JsonMember>;
  readonly repeated: JsonMember[];
  readonly items: JsonNode[];
  key: string;
  keyPosition: Position;
}

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const MINUS = 0x2d;

const START: Position = { line: 1, column: 1, offset: 0 };

/**
 * Reads strict JSON. The stack is a list of our own, so that deep input ends at the depth limit and not at the
 * engine's; the size is looked at before anything else.
 */
export function readJson(text: string, limits: JsonLimits): JsonReading {
  if (text.length > limits.maxLength) {
    const message = `the text is longer than ${limits.maxLength} characters`;
    return { ok: false, fault: { reason: 'size', message, path: '', position: START } };
  }
  const stack: Frame[] = [];
  const state = { reason: 'syntax' as JsonFault['reason'] };
  try {
    return { ok: true, value: readDocument(new Scanner(text), limits, stack, state) };
  } catch (fault) {
    if (!(fault instanceof ScanFault)) throw fault;
    const { message, position } = fault;
    return { ok: false, fault: { reason: state.reason, message, path: pathOf(stack), position } };
  }
}

function readDocument(
  scanner: Scanner,
  limits: JsonLimits,
  stack: Frame[],
  state: { reason: JsonFault['reason'] },
): JsonNode {
  for (;;) {
    let value = readValue(scanner, limits, stack, state);
    while (value !== undefined) {
      const frame = stack.at(-1);
      if (frame === undefined) {
        if (!Number.isNaN(scanner.peek())) scanner.fail('more than one value');
        return value;
      }
      add(frame, value);
      value = closeOrContinue(scanner, limits, stack, frame, state);
    }
  }
}

/** A finished value, or undefined when an object or array was opened and its first value comes next. */
function readValue(
  scanner: Scanner,
  limits: JsonLimits,
  stack: Frame[],
  state: { reason: JsonFault['reason'] },
): JsonNode | undefined {
  const code = scanner.peek();
  const { position } = scanner;
  if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
    if (stack.length >= limits.maxDepth) {
      state.reason = 'depth';
      scanner.fail(`more than ${limits.maxDepth} levels`);
    }
    const frame = open(code === OPEN_OBJECT ? 'object' : 'array', position);
    stack.push(frame);
    scanner.skip();
    const empty = scanner.peek() === (frame.kind === 'object' ? CLOSE_OBJECT : CLOSE_ARRAY);
    if (empty) {
      scanner.skip();
      return close(stack, frame, scanner);
    }
    if (frame.kind === 'object') readKey(scanner, limits, frame, state);
    return undefined;
  }
  if (code === QUOTE) return { kind: 'string', position, text: scanner.string() };
  if (code === MINUS || isDigit(code)) return { kind: 'number', position, text: scanner.number() };
  const word = scanner.word();
  return { kind: word === 'null' ? 'null' : 'boolean', position, text: word };
}

function closeOrContinue(
  scanner: Scanner,
  limits: JsonLimits,
  stack: Frame[],
  frame: Frame,
  state: { reason: JsonFault['reason'] },
): JsonNode | undefined {
  const code = scanner.peek();
  if (code === (frame.kind === 'object' ? CLOSE_OBJECT : CLOSE_ARRAY)) {
    scanner.skip();
    return close(stack, frame, scanner);
  }
  if (code !== COMMA)
    scanner.fail(Number.isNaN(code) ? 'the text ends too early' : 'a comma or a closing bracket is expected');
  scanner.skip();
  if (frame.kind === 'object') readKey(scanner, limits, frame, state);
  return undefined;
}

function readKey(scanner: Scanner, limits: JsonLimits, frame: Frame, state: { reason: JsonFault['reason'] }): void {
  if (scanner.peek() !== QUOTE) scanner.fail('a key is expected');
  const { position } = scanner;
  const key = scanner.string();
  frame.key = key;
  frame.keyPosition = position;
  if (frame.members.has(key) && !limits.keepDuplicates) {
    state.reason = 'duplicate';
    throw new ScanFault(`duplicate key \`${key}\``, position);
  }
  if (scanner.peek() !== COLON) scanner.fail('a colon is expected');
  scanner.skip();
}

function open(kind: Frame['kind'], position: Position): Frame {
  return { kind, position, members: new Map(), repeated: [], items: [], key: '', keyPosition: position };
}

function add(frame: Frame, value: JsonNode): void {
  if (frame.kind === 'array') {
    frame.items.push(value);
    return;
  }
  const earlier = frame.members.get(frame.key);
  if (earlier !== undefined) frame.repeated.push(earlier);
  frame.members.set(frame.key, { key: frame.key, keyPosition: frame.keyPosition, value });
}

function close(stack: Frame[], frame: Frame, scanner: Scanner): JsonNode {
  stack.pop();
  const { kind, position, members, repeated, items } = frame;
  return kind === 'object' ? { kind, position, end: scanner.position, members, repeated } : { kind, position, items };
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const frame of stack) {
    if (frame.kind === 'array') path += `[${frame.items.length}]`;
    else if (frame.key !== '') path += path === '' ? frame.key : `.${frame.key}`;
  }
  return path;
}
