import { median } from './load.js';

const batchMicroseconds = 40_000;
const batches = 9;

const cpuNow = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** What one run costs in CPU microseconds of this process, its collector included: median of several batches. */
export async function costOf(run: () => unknown): Promise<number> {
  let size = 1;
  // Doubles as the warm-up.
  for (let cost = 0; cost < batchMicroseconds; size *= 2) cost = await batchCost(run, size);
  const costs: number[] = [];
  for (let batch = 0; batch < batches; batch++) costs.push((await batchCost(run, size)) / size);
  return median(costs);
}

async function batchCost(run: () => unknown, size: number): Promise<number> {
  const before = cpuNow();
  for (let index = 0; index < size; index++) {
    const result = run();
    // Awaiting what is no promise would be measured, too.
    if (result instanceof Promise) await result;
  }
  return cpuNow() - before;
}
