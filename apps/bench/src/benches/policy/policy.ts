import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { awsManagedPolicies } from '@muniment/aws-managed-policies';
import { type CompiledPolicy, compilePolicy, evaluate, readPolicy } from '@muniment/policy';
import { costOf } from '../../driver/cost.js';
import { median } from '../../driver/load.js';
import type { Row, Table } from '../../table.js';
import { verdictOf } from '../../table.js';
import type { Bench } from '../bench.js';
import { abilitiesOf, caslAllows, caslQuestion } from './casl.js';
import { naivelyAllowed } from './naive.js';
import { compiled, compiledSets, type Workload } from './workload.js';
import { workloads } from './workloads.js';

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

function share(workload: Workload, decide: (index: number) => boolean): number {
  return workload.questions.filter((_, index) => decide(index)).length / workload.questions.length;
}

function engine(workload: Workload): (index: number) => ReturnType<typeof evaluate> {
  const sets = compiledSets(workload.sets);
  return (index) => {
    const { request, set } = workload.questions[index] as Workload['questions'][number];
    return evaluate(request, sets[set] as (typeof sets)[number]);
  };
}

function naive(workload: Workload): (index: number) => boolean {
  return (index) => {
    const { request, set } = workload.questions[index] as Workload['questions'][number];
    return naivelyAllowed(request, workload.sets[set] as Workload['sets'][number]);
  };
}

/** For the workload with ten thousand roles only those that are asked for first: CASL shares nothing between them. */
function casl(workload: Workload): { readonly count: number; readonly decide: (index: number) => boolean } {
  const count = Math.min(workload.questions.length, 4096);
  const asked = workload.questions
    .slice(0, count)
    .map(({ request, set }) => ({ question: caslQuestion(request), set }));
  const abilities = new Map(
    [...new Set(asked.map(({ set }) => set))].map((set) => [
      set,
      abilitiesOf(workload.sets[set] as Workload['sets'][number]),
    ]),
  );
  return {
    count,
    decide: (index) => {
      const { question, set } = asked[index] as (typeof asked)[number];
      return caslAllows(abilities.get(set) ?? [], question);
    },
  };
}

async function measured(workload: Workload): Promise<Row> {
  const { title, accept, aim, acceptTail, aimTail, questions } = workload;
  const decide = engine(workload);
  const plain = naive(workload);
  const differing = questions
    .slice(0, 4096)
    .findIndex((_, index) => (decide(index).effect === 'Allow') !== plain(index));
  if (differing >= 0) throw new Error(`${title}: the naive evaluator differs in question ${differing}`);
  const cost = await costOf(inTurn(questions.length, decide));
  const naiveCost = await costOf(inTurn(4096, plain));
  const rules = casl(workload);
  const caslCost = await costOf(inTurn(rules.count, rules.decide));
  const tail = tailOf(inTurn(questions.length, decide));
  const decisions = 1000 / cost;
  return {
    title,
    allowed: share(workload, (index) => decide(index).effect === 'Allow') * 100,
    decisions,
    verdict: verdictOf(decisions, accept, aim),
    accept,
    aim,
    tail,
    tailVerdict: acceptTail === undefined || aimTail === undefined ? '' : verdictOf(-tail, -acceptTail, -aimTail),
    naive: naiveCost / cost,
    casl: caslCost / cost,
  };
}

const columns: Table['columns'] = [
  { key: 'title', heading: 'policies' },
  { key: 'allowed', heading: '% allowed' },
  { key: 'decisions', heading: 'k decisions/CPU-s' },
  { key: 'verdict', heading: 'verdict' },
  { key: 'accept', heading: 'accept' },
  { key: 'aim', heading: 'aim' },
  { key: 'tail', heading: 'p99 µs', decimals: 1 },
  { key: 'tailVerdict', heading: 'verdict' },
  { key: 'naive', heading: '× naive', decimals: 1 },
  { key: 'casl', heading: '× CASL', decimals: 1 },
];

const collect = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

const megabytes = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
};

/** What ten thousand roles and their five hundred compiled policies take after many decisions; requests left aside. */
function memoryOf(workload: Workload): Row {
  const before = megabytes();
  const decide = engine(workload);
  for (let index = 0; index < workload.questions.length * 4; index += 1) decide(index % workload.questions.length);
  const used = megabytes() - before;
  // Keeps the sets alive until they were weighed.
  decide(0);
  return {
    what: 'memory of 10,000 roles and 500 policies, MB',
    figure: used,
    accept: 64,
    verdict: verdictOf(-used, -64, -64),
  };
}

const cpu = (): number => process.cpuUsage().user + process.cpuUsage().system;

function compileAll(): CompiledPolicy[] {
  return awsManagedPolicies().map(({ arn, document }) => {
    const reading = readPolicy(document, 'identity', { maxLength: 2 ** 18 });
    if (!reading.ok) throw new Error(`${arn}: ${reading.error.message}`);
    return compilePolicy(reading.policy, { id: arn, type: 'identity', explainable: false });
  });
}

function compiling(workload: Workload): Row[] {
  // Unpacks the documents, which is not what is measured.
  const count = awsManagedPolicies().filter(({ document }) => document !== '').length;
  const times = Array.from({ length: 7 }, () => {
    const before = cpu();
    compileAll();
    return (cpu() - before) / 1000;
  });
  const [first = 0, ...later] = times;
  const often = median(later);
  const documents = workload.sets.flatMap(({ identity }) => identity).slice(0, 2000);
  const changes = documents.map((document) => {
    const before = performance.now();
    compiled(document);
    return performance.now() - before;
  });
  const one = median(changes);
  return [
    {
      what: `reading and compiling ${count} managed policies, first time, CPU ms`,
      figure: first,
      accept: 400,
      verdict: verdictOf(-first, -400, -150),
    },
    { what: 'the same again, median, CPU ms', figure: often, accept: 400, verdict: verdictOf(-often, -400, -150) },
    { what: 'one changed policy among 500, median, ms', figure: one, accept: 2, verdict: verdictOf(-one, -2, -2) },
  ];
}

async function run(): Promise<readonly Table[]> {
  // First, while nothing is warm.
  const compilation = compiling(workloads[3] as Workload);
  const rows: Row[] = [];
  for (const workload of workloads) rows.push(await measured(workload));
  return [
    {
      title: 'policy: decisions in process, full answers with the determining statements',
      columns,
      rows,
      notes: [
        '× naive: how many times the CPU of this engine a plain evaluator needs that reads the documents at each decision.',
        '× CASL: the same of @casl/ability with an easier set: no variables, no addresses, no wildcards in actions.',
      ],
    },
    {
      title: 'policy: compiling and memory',
      columns: [
        { key: 'what', heading: 'what' },
        { key: 'figure', heading: 'figure', decimals: 2 },
        { key: 'accept', heading: 'accept' },
        { key: 'verdict', heading: 'verdict' },
      ],
      rows: [...compilation, memoryOf(workloads[3] as Workload)],
    },
  ];
}

/** The policy engine by itself, beside a naive one and the fastest peer. */
export const policy: Bench = { name: 'policy', run };
