import { parseArgs } from 'node:util';

export type Form = 'solo' | 'distributed';

/** The log of the distributed form: one file that the processes share, or EventStoreDB's protocol double. */
export type LogKind = 'lmdb' | 'double';

export interface Options {
  readonly form: Form;
  readonly log: LogKind;
  /** Names of the benchmarks to run; all when empty. */
  readonly only: readonly string[];
  /** Operations that `api` measures; all of its own when empty. */
  readonly operations: readonly string[];
  /** Length of one round under load. */
  readonly seconds: number;
  /** Rounds whose median counts. */
  readonly rounds: number;
  /** Where to write the results as JSON. */
  readonly json: string | undefined;
  /** Where the server leaves CPU profiles. */
  readonly profile: string | undefined;
}

/** @throws Error that names the option. */
export function readOptions(given: readonly string[], known: Readonly<Record<Form, readonly string[]>>): Options {
  const { values } = parseArgs({
    args: [...given],
    options: {
      form: { type: 'string', default: 'solo' },
      log: { type: 'string', default: 'lmdb' },
      only: { type: 'string', multiple: true, default: [] },
      operation: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const form = oneOf('--form', values.form, ['solo', 'distributed']);
  const log = oneOf('--log', values.log, ['lmdb', 'double']);
  if (form === 'solo' && log !== 'lmdb') throw new Error(`--log: the form \`solo\` has its log in itself`);
  const only = split(values.only).map((name) => oneOf('--only', name, known[form]));
  const seconds = Number(values.seconds);
  const rounds = Number(values.rounds);
  if (!(seconds > 0 && seconds <= 60)) throw new Error(`--seconds: \`${values.seconds}\` is not between 0 and 60`);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20)
    throw new Error(`--rounds: \`${values.rounds}\` is not between 1 and 20`);
  const { json, profile } = values;
  return { form, log, only, operations: split(values.operation), seconds, rounds, json, profile };
}

function oneOf<Known extends string>(option: string, given: string, known: readonly Known[]): Known {
  const found = known.find((each) => each === given);
  if (found === undefined) throw new Error(`${option}: \`${given}\` is none of ${known.join(', ')}`);
  return found;
}

const split = (lists: readonly string[]): string[] => lists.flatMap((names) => names.split(','));
