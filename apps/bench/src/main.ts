import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { api } from './benches/api.js';
import type { Bench } from './benches/bench.js';
import { distributedApi } from './benches/distributed/api.js';
import { catchingUp } from './benches/distributed/catch-up.js';
import { decisionsService } from './benches/distributed/decisions-service.js';
import { propagation } from './benches/distributed/propagation.js';
import { replicas } from './benches/distributed/replicas.js';
import { distributedStart } from './benches/distributed/start.js';
import { memory } from './benches/memory.js';
import { policy } from './benches/policy/policy.js';
import { scale } from './benches/scale.js';
import { start } from './benches/start.js';
import { steps } from './benches/steps.js';
import { type Form, readOptions } from './options.js';
import { printed, type Table } from './table.js';

const benches: Readonly<Record<Form, readonly Bench[]>> = {
  solo: [api, policy, start, memory, scale, steps],
  distributed: [distributedApi, replicas, catchingUp, propagation, distributedStart, decisionsService],
};
const namesOf = (form: Form) => benches[form].map(({ name }) => name);

const options = readOptions(process.argv.slice(2), { solo: namesOf('solo'), distributed: namesOf('distributed') });
if (options.profile !== undefined) mkdirSync(options.profile, { recursive: true });

const machine = {
  node: process.version,
  processors: cpus().length,
  model: cpus()[0]?.model ?? '',
  // Of others: on a busy machine the same work takes more CPU time, too.
  loadBefore: loadavg()[0] ?? 0,
};
const { node, processors, model, loadBefore } = machine;
console.log(`node ${node}, ${processors} processors: ${model}, load before the start ${loadBefore.toFixed(1)}\n`);

const results: Record<string, readonly Table[]> = {};
for (const { name, run } of benches[options.form]) {
  if (options.only.length > 0 && !options.only.includes(name)) continue;
  const tables = await run(options);
  results[name] = tables;
  for (const table of tables) console.log(printed(table));
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
