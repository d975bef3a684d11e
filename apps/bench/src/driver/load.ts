import type { Lane } from './lane.js';

/** Gives one request after another; undefined when there are no more. */
export type Requests = () => Buffer | undefined;

/** What came of putting a server under load for a while. */
export interface Round {
  readonly requests: number;
  readonly errors: number;
  /** The first answer that was no success, or why none came. */
  readonly firstError: string | undefined;
  readonly seconds: number;
  /** Milliseconds of each request, ascending. */
  readonly latencies: Float64Array;
}

/** Each lane sends its next request as soon as it is answered (closed loop), until time or requests run out. */
export async function load(lanes: readonly Lane[], next: Requests, seconds: number): Promise<Round> {
  const latencies: number[] = [];
  let errors = 0;
  let firstError: string | undefined;
  const failed = (reason: string) => {
    errors++;
    firstError ??= reason;
  };
  const start = performance.now();
  const deadline = start + seconds * 1000;
  const run = (lane: Lane) =>
    new Promise<void>((resolve) => {
      let sent = start;
      const step = () => {
        const request = sent < deadline ? next() : undefined;
        if (request === undefined) return resolve();
        lane.send(
          request,
          ({ status, body }) => {
            const now = performance.now();
            latencies.push(now - sent);
            sent = now;
            if (status !== 200) failed(`${status} ${body}`);
            step();
          },
          (error) => {
            failed(error.message);
            resolve();
          },
        );
      };
      step();
    });
  await Promise.all(lanes.map(run));
  const elapsed = (performance.now() - start) / 1000;
  return {
    requests: latencies.length,
    errors,
    firstError,
    seconds: elapsed,
    latencies: Float64Array.from(latencies).sort(),
  };
}

/** The same requests over and over. */
export function repeat(requests: readonly Buffer[]): Requests {
  let index = 0;
  return () => requests[index++ % requests.length];
}

/** Each request once. */
export function once(requests: readonly Buffer[]): Requests {
  let index = 0;
  return () => requests[index++];
}

/** The value below which this share of an ascending list lies; 0 of an empty one. */
export function percentile(ascending: Float64Array, share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}

export function median(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5);
}
