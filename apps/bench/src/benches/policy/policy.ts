import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Row, type Table, verdictOf } from '../../table.js';
import type { Bench } from '../bench.js';
import type { Workload } from './workload.js';
import { workloads } from './workloads.js';

const program = fileURLToPath(new URL('./measure.js', import.meta.url));

/** Each measurement has a process of its own; see measure.ts. */
const measure = <Result>(what: string, workload = 0): Result =>
  JSON.parse(execFileSync(process.execPath, [program, what, String(workload)], { encoding: 'utf8' })) as Result;

interface Measured {
  readonly cost: number;
  readonly tail?: number;
  /** What was decided of the first questions: a digit each. */
  readonly answers: string;
}

function row({ title, accept, aim, acceptTail, aimTail }: Workload, index: number): Row {
  const engine = measure<Measured>('engine', index);
  const naive = measure<Measured>('naive', index);
  const casl = measure<Measured>('casl', index);
  if (engine.answers !== naive.answers) throw new Error(`${title}: the naive evaluator decides otherwise`);
  const decisions = 1000 / engine.cost;
  const { tail = 0 } = engine;
  const isBounded = acceptTail !== undefined && aimTail !== undefined;
  return {
    title,
    allowed: ([...engine.answers].filter((answer) => answer === '1').length / engine.answers.length) * 100,
    decisions,
    verdict: verdictOf(decisions, accept, aim),
    accept,
    aim,
    tail,
    tailVerdict: isBounded ? verdictOf(-tail, -acceptTail, -aimTail) : '',
    naive: naive.cost / engine.cost,
    casl: casl.cost / engine.cost,
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

/** Less is better. */
const within = (what: string, figure: number, accept: number, aim: number): Row => {
  return { what, figure, accept, aim, verdict: verdictOf(-figure, -accept, -aim) };
};

function compiling(): Row[] {
  const { count, first, later } = measure<{ count: number; first: number; later: number }>('compiling');
  const roles = workloads.length - 1;
  return [
    within(`reading and compiling ${count} managed policies, CPU ms`, later, 400, 150),
    within('the same as the first thing of a process, CPU ms', first, 400, 150),
    within('one changed policy among 500, median, ms', measure<{ figure: number }>('change', roles).figure, 2, 2),
    within('memory of 10,000 roles and 500 policies, MB', measure<{ figure: number }>('memory', roles).figure, 64, 64),
  ];
}

async function run(): Promise<readonly Table[]> {
  return [
    {
      title: 'policy: decisions in process, full answers with the determining statements',
      columns,
      rows: workloads.map(row),
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
        { key: 'aim', heading: 'aim' },
        { key: 'verdict', heading: 'verdict' },
      ],
      rows: compiling(),
    },
  ];
}

/** The policy engine by itself, beside a naive one and the fastest peer. */
export const policy: Bench = { name: 'policy', run };
