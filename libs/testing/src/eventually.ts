import { setTimeout } from 'node:timers/promises';

/** Tries until the check holds; the check's own error when it does not within the time. */
export async function eventually(check: () => void | Promise<void>, withinMilliseconds = 2000): Promise<void> {
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
