import { encodePath } from './percent.js';

/**
 * The path of the canonical request, as signers build it for every service but S3: empty segments and `.` are dropped,
 * `..` takes the segment before it away, and the raw path, escapes and all, is encoded once more.
 *
 * Escaped dots and slashes are ordinary text here: `%2e%2e` names no parent.
 *
 * @example
 * ```ts
 * canonicalPath('/a/../b%20c//'); // '/b%2520c/'
 * ```
 */
export function canonicalPath(raw: string): string {
  if (raw === '/' || raw === '') return '/';
  return encodePath(mayNeedRemoval(raw) ? removeDotSegments(raw) : raw);
}

function mayNeedRemoval(path: string): boolean {
  return path.includes('//') || path.includes('/.') || !path.startsWith('/');
}

function removeDotSegments(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const first = path.startsWith('/') ? '/' : '';
  const last = path.endsWith('/') && kept.length > 0 ? '/' : '';
  return first + kept.join('/') + last;
}
