import { setTimeout } from 'node:timers/promises';

/**
 * Tries until the check holds; the check's own error when it does not within the time, which is for machines that have
 * other things to do: whoever means a bound says so.
 */
export async function eventually(check: () => void | Promise<void>, withinMilliseconds = 10_000): Promise<void> {
  for (const end = performance.now() + withinMilliseconds; ; ) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await setTimeout(10);
    }
  }
}
