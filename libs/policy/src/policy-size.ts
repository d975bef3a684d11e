/**
 * The size of a policy as quotas count it: characters without white space (requirements-4 LIM-10).
 *
 * @example
 * policySize('{ "Version": "2012-10-17" }'); // 24
 */
export function policySize(text: string): number {
  let size = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code !== 0x20 && (code < 0x09 || code > 0x0d)) size += 1;
  }
  return size;
}
