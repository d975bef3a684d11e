import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from './replica.testing.js';

/** What a process says of itself on `/readyz`. */
export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly checks: Readonly<Record<string, Readonly<Record<string, unknown>> & { readonly ok: boolean }>>;
}

export async function readiness({ url }: Service): Promise<Readiness> {
  const answer = await fetch(`${url}/readyz`);
  return (await answer.json()) as Readiness;
}

/** Sum of a metric's series whose labels contain the text. */
export async function metric({ url }: Service, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const series = text.split('\n').filter((line) => line.startsWith(name) && line.includes(labels));
  if (series.length === 0) throw new Error(`there is no metric \`${name}\``);
  return series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** How long it took until a condition held; an error says what was seen last when it does not within the time. */
export async function until(holds: () => Promise<unknown>, withinMilliseconds: number): Promise<number> {
  const started = performance.now();
  for (let seen: unknown; ; ) {
    try {
      seen = await holds();
      if (seen === true) return performance.now() - started;
    } catch (error) {
      seen = error;
    }
    if (performance.now() - started > withinMilliseconds) {
      const last = seen instanceof Error ? seen.message : JSON.stringify(seen);
      throw new Error(`not within ${withinMilliseconds} ms, last seen: ${last}`, { cause: seen });
    }
    await sleep(10);
  }
}

/** True when everything is well everywhere and nothing lags behind; else what is not. */
export async function well(services: readonly Service[]): Promise<true | string> {
  for (const service of services) {
    const { status, checks } = await readiness(service);
    if (status !== 'ok') return `${service.name}-${service.replica}: ${JSON.stringify(checks)}`;
  }
  return true;
}

export const pids = (services: readonly Service[]): (number | undefined)[] =>
  services.map(({ process }) => process.pid);
