import type { Round } from './load.js';

/** What asks once more: resolves with what is wrong with the answer, if anything is. */
export type Asking = () => Promise<string | undefined>;

/** Each lane asks its next question as soon as it is answered, until the time is over. */
export async function loadAsking(lanes: number, ask: Asking, seconds: number): Promise<Round> {
  const latencies: number[] = [];
  let errors = 0;
  let firstError: string | undefined;
  const start = performance.now();
  const deadline = start + seconds * 1000;
  const lane = async () => {
    for (let sent = start; sent < deadline; ) {
      const wrong = await ask().catch((error: Error) => error.message);
      const now = performance.now();
      latencies.push(now - sent);
      sent = now;
      if (wrong === undefined) continue;
      errors++;
      firstError ??= wrong;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return {
    requests: latencies.length,
    errors,
    firstError,
    seconds: (performance.now() - start) / 1000,
    latencies: Float64Array.from(latencies).sort(),
  };
}
