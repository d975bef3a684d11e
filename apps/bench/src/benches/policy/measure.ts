import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { awsManagedPolicies } from '@muniment/aws-managed-policies';
import { compilePolicy, evaluate, readPolicy } from '@muniment/policy';
import { costOf } from '../../driver/cost.js';
import { median } from '../../driver/load.js';
import { abilitiesOf, caslAllows, caslQuestion } from './casl.js';
import { naivelyAllowed } from './naive.js';
import { compiled, compiledSets, type Question, received, type Workload } from './workload.js';
import { workloads } from './workloads.js';

/*
 * One measurement in a process of its own, as `measure.js <what> <workload>`: what one engine or workload leaves behind in
 * the memory and in the optimizing compiler must not count for the next.
 */

type Decide = (index: number) => boolean;

/** Calls `decide` for one question after another, as requests come in. */
function inTurn(count: number, decide: (index: number) => unknown): () => unknown {
  let next = 0;
  return () => {
    next = (next + 1) & (count - 1);
    return decide(next);
  };
}

/** Microseconds that all but one decision in a hundred stay below. */
function tailOf(decide: () => unknown): number {
  const times = new Float64Array(200_000);
  for (let index = 0; index < times.length; index += 1) {
    const before = performance.now();
    decide();
    times[index] = performance.now() - before;
  }
  return (times.sort()[Math.floor(times.length * 0.99)] as number) * 1000;
}

/** The optimizing compiler works beside, on other processors, and what it takes would count as well. */
function warmUp(decide: () => unknown): void {
  for (const end = performance.now() + 1500; performance.now() < end; ) decide();
}

function engine({ sets, questions }: Workload): Decide {
  const policies = compiledSets(sets);
  return (index) => {
    const { request, set } = questions[index] as Question;
    return evaluate(request, policies[set] as (typeof policies)[number]).effect === 'Allow';
  };
}

function naive({ sets, questions }: Workload): Decide {
  return (index) => {
    const { request, set } = questions[index] as Question;
    return naivelyAllowed(request, sets[set] as Workload['sets'][number]);
  };
}

/** Nothing is shared between sets in CASL, so of ten thousand only those that are asked for are made. */
function casl({ sets, questions }: Workload): Decide {
  const asked = questions.map(({ request, set }) => ({ question: caslQuestion(request), set }));
  const used = [...new Set(asked.map(({ set }) => set))];
  const abilities = new Map(used.map((set) => [set, abilitiesOf(sets[set] as Workload['sets'][number])]));
  return (index) => {
    const { question, set } = asked[index] as (typeof asked)[number];
    return caslAllows(abilities.get(set) ?? [], question);
  };
}

const engines: Readonly<Record<string, (workload: Workload) => Decide>> = { engine, naive, casl };

async function measuredEngine(name: string, described: Workload): Promise<object> {
  // CASL needs a minute to make its rules for more.
  const questions = name === 'engine' ? described.questions : described.questions.slice(0, 512);
  const workload: Workload = { ...described, questions: questions.map(received) };
  const { length } = workload.questions;
  const decide = (engines[name] as (typeof engines)[string])(workload);
  const answers = workload.questions.slice(0, 512).map((_, index) => (decide(index) ? '1' : '0'));
  warmUp(inTurn(length, decide));
  const cost = await costOf(inTurn(length, decide));
  const tail = name === 'engine' ? tailOf(inTurn(length, decide)) : undefined;
  return { cost, tail, answers: answers.join('') };
}

function megabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

/** What ten thousand roles and their five hundred compiled policies take after many decisions; requests left aside. */
function memory(workload: Workload): object {
  const before = megabytes();
  const decide = engine(workload);
  for (let index = 0; index < workload.questions.length * 4; index += 1) decide(index % workload.questions.length);
  const figure = megabytes() - before;
  // Keeps the sets alive until they were weighed.
  decide(0);
  return { figure };
}

const cpu = (): number => process.cpuUsage().user + process.cpuUsage().system;

/** CPU milliseconds: the first time, and once the optimizing compiler knows the code. */
function compiling(): object {
  // Unpacking the documents is not what is measured.
  const documents = awsManagedPolicies().map(({ arn, document }) => ({ arn, document }));
  const times = Array.from({ length: 7 }, () => {
    const before = cpu();
    for (const { arn, document } of documents) {
      const reading = readPolicy(document, 'identity', { maxLength: 2 ** 18 });
      if (!reading.ok) throw new Error(`${arn}: ${reading.error.message}`);
      compilePolicy(reading.policy, { id: arn, type: 'identity', explainable: false });
    }
    return (cpu() - before) / 1000;
  });
  const [first = 0, ...later] = times;
  return { count: documents.length, first, later: median(later) };
}

/** Milliseconds that one changed policy takes until it can be decided by. */
function change(workload: Workload): object {
  const documents = [...new Set(workload.sets.flatMap(({ identity }) => identity))];
  const times = [...documents, ...documents].map((document) => {
    const before = performance.now();
    compiled(document);
    return performance.now() - before;
  });
  return { figure: median(times.slice(documents.length)) };
}

const [what = '', which = '0'] = process.argv.slice(2);
const workload = workloads[Number(which)] as Workload;
const others: Readonly<Record<string, (workload: Workload) => object>> = { memory, compiling, change };
const result = what in engines ? await measuredEngine(what, workload) : others[what]?.(workload);
process.stdout.write(`${JSON.stringify(result)}\n`);
