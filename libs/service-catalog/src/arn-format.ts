import { literalsOf, matchesTemplate, template } from './text-pattern.js';

/** An ARN, or the format of one: partition, service, region, account, and all the rest. */
export function arnParts(arn: string): readonly [string, string, string, string, string] | undefined {
  const [head, partition, service, region, account, ...rest] = arn.split(':');
  if (head !== 'arn' || partition === undefined || service === undefined) return undefined;
  if (region === undefined || account === undefined || rest.length === 0) return undefined;
  return [partition, service, region, account, rest.join(':')];
}

const isOpen = (part: string): boolean => part === '*' || part.includes('${');

/** Partition, region and account may be anything where the format leaves them open, and `*` anywhere. */
const headMatches = (format: string, part: string): boolean => isOpen(format) || part === '*' || part === format;

const separators = /([/:])/;

/** Every placeholder is a piece of the path: none goes over a `/` or `:`. */
function strictly(format: string, resource: string): boolean {
  const expected = format.split(separators);
  const pieces = resource.split(separators);
  return expected.length === pieces.length && expected.every((piece, at) => matchesTemplate(piece, pieces[at] ?? ''));
}

/** How well an ARN fits a format: not at all, only if a placeholder goes over separators, or piece by piece. */
export function fits(format: string, arn: string): 'not' | 'loosely' | 'strictly' {
  const expected = arnParts(format);
  const parts = arnParts(arn);
  if (!expected || !parts) return 'not';
  if (![0, 2, 3].every((at) => headMatches(expected[at] as string, parts[at] as string))) return 'not';
  if (!isOpen(expected[1]) && expected[1] !== parts[1]) return 'not';
  if (strictly(expected[4], parts[4])) return 'strictly';
  return matchesTemplate(expected[4], parts[4]) ? 'loosely' : 'not';
}

/**
 * Tells whether an ARN is what a format says, placeholders at its end going over `/` and `:` if need be. For many ARNs of
 * one format.
 *
 * @example
 * ```ts
 * const isOrder = arnFormat('arn:${Partition}:orders:${Region}:${Account}:order/${OrderId}');
 * isOrder('arn:aws:orders:eu-west-1:111122223333:order/17'); // true
 * ```
 */
export function arnFormat(format: string): (arn: string) => boolean {
  const expected = arnParts(format);
  if (!expected) return () => false;
  const [partition, service, region, account, resource] = expected;
  const heads = [partition, service, region, account].map((part) => (isOpen(part) ? undefined : part));
  const fitsResource = template(resource);
  return (arn) => {
    if (!arn.startsWith('arn:')) return false;
    let from = 4;
    for (let at = 0; at < 4; at++) {
      const end = arn.indexOf(':', from);
      if (end < 0) return false;
      const head = heads[at];
      if (head !== undefined && !isPart(arn, from, end, head) && (at === 1 || !isPart(arn, from, end, '*')))
        return false;
      from = end + 1;
    }
    return fitsResource(arn.slice(from));
  };
}

const isPart = (arn: string, from: number, end: number, part: string): boolean =>
  end - from === part.length && arn.startsWith(part, from);

/** The same for one ARN. */
export const fitsArnFormat = (format: string, arn: string): boolean => arnFormat(format)(arn);

/** How much a format says of the resource: the more, the better a match. */
export const literalLength = (format: string): number =>
  literalsOf(arnParts(format)?.[4] ?? '').reduce((sum, { length }) => sum + length, 0);
