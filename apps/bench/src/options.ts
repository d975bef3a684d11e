import { parseArgs } from 'node:util';

export interface Options {
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
export function readOptions(given: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...given],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      operation: { type: 'string', multiple: true, default: [] },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const only = split(values.only);
  for (const name of only)
    if (!known.includes(name)) throw new Error(`--only: \`${name}\` is none of ${known.join(', ')}`);
  const seconds = Number(values.seconds);
  const rounds = Number(values.rounds);
  if (!(seconds > 0 && seconds <= 60)) throw new Error(`--seconds: \`${values.seconds}\` is not between 0 and 60`);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20)
    throw new Error(`--rounds: \`${values.rounds}\` is not between 1 and 20`);
  return { only, operations: split(values.operation), seconds, rounds, json: values.json, profile: values.profile };
}

const split = (lists: readonly string[]): string[] => lists.flatMap((names) => names.split(','));
