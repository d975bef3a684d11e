/** `npm run test:long` asks for the big numbers; a usual run makes do with enough to notice what breaks. */
export const LONG = process.env['MUNIMENT_TEST_LONG'] === '1';

/** `npm run test:mutation` asks the same thousands of times: a twentieth of the usual numbers, but never none. */
const SHORT = process.env['MUNIMENT_TEST_SHORT'] === '1';

export function counted(usual: number, long: number): number {
  if (LONG) return long;
  return SHORT ? Math.max(10, Math.ceil(usual / 20)) : usual;
}

/** What a test may take: the long form has hours. */
export const TIME = LONG ? 4 * 3_600_000 : 120_000;

/**
 * Long loops let go now and then: what the engine holds weakly, such as conditions that no policy has any more, can only
 * be dropped between two turns.
 */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
