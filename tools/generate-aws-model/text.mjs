/** Printing of TypeScript literals within the house width. */
const WIDTH = 120;

export const quote = (text) => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;

export const property = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name));

/** A union of string literals, one per line if it does not fit into `room`. */
export function union(values, indent = '', room = WIDTH) {
  const line = values.map(quote).join(' | ') || 'never';
  if (line.length <= room) return line;
  return values.map((value) => `\n${indent}| ${quote(value)}`).join('');
}

/** `open item, item close` on one line if it fits behind `before`, else one item per line. */
export function enclosed(before, open, items, close, after = '') {
  if (items.length === 0) return `${before}${open}${close}${after}`;
  const padding = open === '{' ? ' ' : '';
  const line = `${before}${open}${padding}${items.join(', ')}${padding}${close}${after}`;
  const indent = /^ */.exec(before.split('\n').at(-1))[0];
  const last = line.split('\n').at(-1);
  if (last.length <= WIDTH && !items.some((item) => item.includes('\n'))) return line;
  return `${before}${open}\n${items.map((item) => `${indent}  ${item},`).join('\n')}\n${indent}${close}${after}`;
}

/** The properties of a literal of plain data, without those that are undefined. */
export const properties = (value) =>
  Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [`${property(key)}: ${literal(item)}`]));

/** A literal of plain data on one line. */
export function literal(value) {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const inner = properties(value).join(', ');
  return inner ? `{ ${inner} }` : '{}';
}
