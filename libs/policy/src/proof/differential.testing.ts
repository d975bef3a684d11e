/** Random texts that are nearly numbers, dates, addresses or ARNs, and python's opinion of them. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Draw } from './draw.testing.js';

export type Kind = 'number' | 'date' | 'address';

/** What a policy says, and what a request gives. */
export type Question = readonly [kind: Kind, written: string, given: string];

/** Whether the given is equal, below, inside; null where what is written cannot be read. */
export type Answer = readonly [equal: boolean, below: boolean, inside: boolean] | null;

const SCRIPT = fileURLToPath(new URL('differential.py', import.meta.url));

/** One process answers them all. */
export function askPython(questions: readonly Question[]): readonly Answer[] {
  const input = questions.map((question) => JSON.stringify(question)).join('\n');
  const { status, stdout, stderr, error } = spawnSync('python3', [SCRIPT], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw new Error('needs the program `python3`: apt-get install python3');
  if (status !== 0) throw new Error(`python3 could not answer: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

const digits = (draw: Draw, most: number): string => draw.several(1, most, () => draw.below(10)).join('');

/** Now and then a character more, less or another. */
function spoiled(draw: Draw, text: string, alphabet: string): string {
  if (!draw.chance(25)) return text;
  const at = draw.below(text.length + 1);
  const other = draw.chance(30) ? '' : alphabet.charAt(draw.below(alphabet.length));
  return text.slice(0, at) + other + text.slice(at + draw.below(2));
}

export function numberText(draw: Draw): string {
  const sign = draw.pick(['', '', '', '-', '+']);
  const fraction = draw.chance(40) ? `.${digits(draw, 3)}` : '';
  const exponent = draw.chance(20)
    ? `${draw.pick(['e', 'E', 'e-', 'e+'])}${digits(draw, draw.chance(10) ? 3 : 1)}`
    : '';
  return spoiled(draw, `${sign}${digits(draw, draw.chance(10) ? 20 : 2)}${fraction}${exponent}`, '0123456789.eE+- _x');
}

const two = (draw: Draw, most: number): string => String(draw.below(most + 1)).padStart(2, '0');

export function dateText(draw: Draw): string {
  if (draw.chance(15))
    return spoiled(draw, `17672256${two(draw, 99)}${draw.chance(50) ? `.${digits(draw, 3)}` : ''}`, '0123456789.-');
  const year = draw.pick(['2026', '2026', '2024', '1900', '2000', '0000', '9999', '1969', '0099']);
  const day = `${year}-${two(draw, draw.chance(5) ? 14 : 3)}-${two(draw, draw.chance(20) ? 32 : 3)}`;
  const fraction = draw.chance(60) ? `.${digits(draw, draw.chance(20) ? 9 : 3)}` : '';
  const second = draw.chance(80) ? `:${two(draw, draw.chance(5) ? 61 : 2)}${fraction}` : '';
  const zone = draw.pick(['Z', 'Z', '', '+00:00', `+${two(draw, 25)}:${two(draw, 61)}`, `-01:${two(draw, 59)}`, 'z']);
  const clock = `${draw.pick(['T', 'T', 'T', 't'])}${two(draw, draw.chance(5) ? 25 : 1)}:${two(draw, draw.chance(5) ? 61 : 1)}`;
  const whole = draw.chance(80) ? `${day}${clock}${second}${zone}` : draw.pick([year, day, day.slice(0, 7)]);
  return spoiled(draw, whole, '0123456789-:.TZ +');
}

const ipv4 = (draw: Draw): string =>
  draw
    .several(4, 4, () => draw.pick(['0', '1', '10', '10', '127', '128', '255', '256', '09', String(draw.below(300))]))
    .join('.');

function ipv6(draw: Draw): string {
  const groups = draw.several(8, 8, () => draw.pick(['0', '0', '0', '1', 'ffff', 'FFFF', '0db8', '2001', 'abcd']));
  if (draw.chance(40)) groups.splice(0, 6, '0', '0', '0', '0', '0', 'ffff');
  if (draw.chance(40)) groups.splice(6, 2, ipv4(draw));
  if (draw.chance(60)) {
    const start = draw.below(groups.length);
    groups.splice(start, 1 + draw.below(groups.length - start), '');
  }
  const text = groups.join(':');
  const open = text.startsWith(':') ? `:${text}` : text;
  return open.endsWith(':') ? `${open}:` : open;
}

export function addressText(draw: Draw): string {
  return spoiled(draw, draw.chance(50) ? ipv4(draw) : ipv6(draw), '0123456789abcdefF:.% /');
}

/** Often a block around the address itself. */
export function blockText(draw: Draw, given: string): string {
  const base = draw.chance(70) ? given : addressText(draw);
  const most = base.includes(':') ? 130 : 34;
  return draw.chance(80) ? spoiled(draw, `${base}/${draw.below(most)}`, '0123456789/:.-+ ') : base;
}

/** Few letters, so that patterns match about as often as not. */
export function wildText(draw: Draw, pattern: boolean): string {
  const letters = pattern ? ['a', 'b', ':', '*', '*', '?'] : ['a', 'b', 'a', 'b', ':', '*'];
  return draw.several(0, 10, () => draw.pick(letters)).join('');
}

export function arnText(draw: Draw, pattern: boolean): string {
  const part = (most: number): string =>
    draw.several(0, most, () => draw.pick(pattern ? ['a', 'b', '*', '?'] : ['a', 'b'])).join('');
  const parts = [
    draw.chance(95) ? 'arn' : part(2),
    part(2),
    part(2),
    part(2),
    part(2),
    draw.chance(30) ? wildText(draw, pattern) : part(3),
  ];
  return parts.slice(0, draw.chance(90) ? 6 : 1 + draw.below(6)).join(':');
}
