import type { ContextValue, RequestContext } from '../context.js';
import { conditionHolds } from '../fixtures.js';

/** One operator, one key `k`. */
export function holds(
  operator: string,
  wanted: unknown,
  given: ContextValue | undefined,
  more: RequestContext = {},
): boolean {
  return conditionHolds({ [operator]: { k: wanted } }, { ...more, k: given });
}

export type Row = readonly [operator: string, wanted: unknown, given: ContextValue | undefined, expected: boolean];
