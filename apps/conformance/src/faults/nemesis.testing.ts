import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.testing.js';
import type { Random } from './random.testing.js';
import type { Paths, Service, ServiceName } from './replica.testing.js';

/** Something that goes wrong for a while; resolves when it is undone. */
export interface Fault {
  readonly name: string;
  readonly service: Service;
  readonly happen: (milliseconds: number) => Promise<void>;
}

export interface Happened {
  readonly name: string;
  /** From the fault to the moment when all is as before and the service says that it is ready. */
  readonly milliseconds: number;
  /** Of a killed process: from its start to its readiness. */
  readonly ready: number | undefined;
}

/** Waits until the service says that it is ready. */
export async function whenReady({ url }: Service, withinMilliseconds = 60_000): Promise<void> {
  for (const end = performance.now() + withinMilliseconds; ; await sleep(20)) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    if (answer?.status === 200) return;
    if (performance.now() > end) throw new Error(`${url} is not ready: ${await answer?.text()}`);
  }
}

/** Killed as a power cut would, and started again after a while. */
export const kill = (service: Service): Fault => ({
  name: `kill ${named(service)}`,
  service,
  happen: async (milliseconds) => {
    await service.process.kill();
    await sleep(milliseconds);
    await service.process.restart();
  },
});

/** Frozen for a while: it holds its connections and answers nothing. */
export const pause = (service: Service): Fault => ({
  name: `pause ${named(service)}`,
  service,
  happen: async (milliseconds) => {
    service.process.pause();
    await sleep(milliseconds);
    service.process.resume();
  },
});

/** Its connections to an engine end, in good order or broken; it may connect again. */
export const cut = (service: Service, engine: keyof Paths): Fault => ({
  name: `cut ${named(service)} from ${engine}`,
  service,
  happen: async () => service.paths[engine].cut(),
});

export const reset = (service: Service, engine: keyof Paths): Fault => ({
  name: `reset ${named(service)}'s path to ${engine}`,
  service,
  happen: async () => service.paths[engine].reset(),
});

/** Nothing comes through for a while. */
export const blackHole = (service: Service, engine: keyof Paths): Fault => held(service, engine, 'blackHole');

/** What it asks for is done, and it never hears of it. */
export const dropAnswers = (service: Service, engine: keyof Paths): Fault => held(service, engine, 'dropAnswers');

const named = ({ name, replica }: Service): string => `${name}-${replica}`;

const held = (service: Service, engine: keyof Paths, fault: 'blackHole' | 'dropAnswers'): Fault => ({
  name: `${fault} between ${named(service)} and ${engine}`,
  service,
  happen: async (milliseconds) => {
    const path = service.paths[engine];
    await path[fault]();
    await sleep(milliseconds);
    await path.pass();
  },
});

/** Does one thing after another to a cluster, always the same for the same seed, and undoes each. */
export class Nemesis {
  readonly happened: Happened[] = [];
  readonly #cluster: Cluster;
  readonly #random: Random;

  constructor(cluster: Cluster, random: Random) {
    this.#cluster = cluster;
    this.#random = random;
  }

  /** A fault of each of these services in turn, so many altogether, in an order of their own; `before`: what each awaits. */
  async strike(
    names: readonly ServiceName[],
    count: number,
    of: (service: Service) => Fault,
    before: () => Promise<void>,
  ): Promise<void> {
    for (const name of this.#random.spread(names, count)) {
      await before();
      await sleep(this.#random.between(0, 300));
      await this.inflict(of(this.#random.pick(this.#cluster.of(name))), this.#random.between(0, 200));
    }
  }

  /** One fault for so long; resolves when the service is ready again. */
  async inflict(fault: Fault, milliseconds: number): Promise<void> {
    const began = performance.now();
    await fault.happen(milliseconds);
    await whenReady(fault.service);
    const took = performance.now() - began;
    const ready = fault.name.startsWith('kill') ? took - milliseconds : undefined;
    this.happened.push({ name: fault.name, milliseconds: took, ready });
  }

  /** Longest time that a killed process took to be ready. */
  get longest(): number {
    return Math.max(0, ...this.happened.map(({ ready }) => ready ?? 0));
  }
}
