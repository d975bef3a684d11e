import { MemoryEventLog } from '@muniment/eventlog-memory';
import { type Aggregate, tablesOf } from '@muniment/kernel';
import { foldEvent } from '@muniment/runtime';
import type { Input } from './command-model.testing.js';
import { NemesisLog, Random, turns } from './nemesis-log.testing.js';
import { home, other, Platform } from './platform.testing.js';
import { Replica, written } from './replicas.testing.js';

/** One command as its caller saw it, all tries together. */
export interface Tried {
  readonly commandId: string;
  readonly operation: string;
  readonly account: string;
  readonly input: Input;
  /** `done`, the code of a refusal, or `unknown`: no try had an answer. */
  readonly outcome: string;
  /** A try before had no answer: it may have happened all the same. */
  readonly doubtful: boolean;
  /** What the caller had seen; what was in the log when the command began, and when it ended. */
  readonly seen: number;
  readonly began: number;
  readonly ended: number;
}

export interface History {
  readonly tried: readonly Tried[];
  readonly log: MemoryEventLog;
  readonly replicas: readonly Replica[];
  /** Errors that nobody expects: anything but a log that is away. */
  readonly unexpected: readonly unknown[];
}

type Wish = Pick<Tried, 'operation' | 'input'>;

const lanes = 6;
const commandsOfLane = 14;
const names = ['Ann', 'bob', 'CID', 'dan'] as const;
const groups = ['red', 'Blue'] as const;

/** Answers that a repeated command gets when its first answer is lost for good. */
const doneBefore: readonly string[] = ['ServiceFailure', 'ConcurrentModification'];

class Run {
  readonly tried: Tried[] = [];
  readonly #random: Random;
  readonly #replicas: readonly Replica[];
  readonly #log: MemoryEventLog;
  /** Access keys that somebody was told of. */
  readonly #keys: string[] = ['AKIANOBODYHASTHISKEY'];

  constructor(random: Random, replicas: readonly Replica[], log: MemoryEventLog) {
    this.#random = random;
    this.#replicas = replicas;
    this.#log = log;
  }

  async lane(name: number): Promise<void> {
    let seen = 0;
    for (let index = 0; index < commandsOfLane; index++) {
      await turns(this.#random.below(4));
      const account = this.#random.below(5) === 0 ? other : home;
      // Some callers say what they have seen, others do not.
      const tried = await this.#command(`c${name}-${index}`, account, this.#random.below(4) === 0 ? 0 : seen);
      if (tried.outcome === 'done') seen = Math.max(seen, tried.seen);
    }
  }

  #wish(): Wish {
    const random = this.#random;
    const name = (of: readonly string[]): string => {
      const chosen = random.pick(of);
      return random.below(2) === 0 ? chosen : chosen.toUpperCase();
    };
    const [UserName, GroupName] = [name(names), name(groups)];
    return random.pick<Wish>([
      { operation: 'CreateUser', input: { UserName } },
      { operation: 'CreateUser', input: { UserName } },
      { operation: 'UpdateUser', input: { UserName, NewUserName: name(names) } },
      { operation: 'DeleteUser', input: { UserName } },
      { operation: 'CreateGroup', input: { GroupName } },
      { operation: 'AddUserToGroup', input: { UserName, GroupName } },
      { operation: 'RemoveUserFromGroup', input: { UserName, GroupName } },
      { operation: 'CreateAccessKey', input: { UserName } },
      { operation: 'CreateAccessKey', input: { UserName } },
      { operation: 'DeleteAccessKey', input: { UserName, AccessKeyId: random.pick(this.#keys) } },
    ]);
  }

  async #command(commandId: string, account: string, seen: number): Promise<Tried> {
    const { operation, input } = this.#wish();
    const began = await this.#log.head();
    let outcome = 'unknown';
    let position = seen;
    let tries = 0;
    while (outcome === 'unknown' && tries++ < 3) {
      const replica = this.#random.pick(this.#replicas);
      const reply = await replica.ask(operation, account, input, { commandId, position: seen });
      if (reply.ok) {
        outcome = 'done';
        position = Math.max(position, reply.position ?? 0);
        const { AccessKey } = reply.output as { AccessKey?: { AccessKeyId: string } };
        if (AccessKey) this.#keys.push(AccessKey.AccessKeyId);
      } else if (doneBefore.includes(reply.fault.code)) outcome = 'done';
      else if (reply.fault.code !== 'ServiceUnavailable') outcome = reply.fault.code;
    }
    const doubtful = tries > 1 || outcome === 'unknown';
    const ended = await this.#log.head();
    this.tried.push({ commandId, operation, account, input, outcome, doubtful, seen, began, ended });
    return { commandId, operation, account, input, outcome, doubtful, seen: position, began, ended };
  }
}

/** Random commands of several callers on several replicas over one log with faults; all of it follows from the seed. */
export async function historyOf(seed: number): Promise<History> {
  const random = new Random(seed);
  const log = new MemoryEventLog();
  const { platform } = await Platform.open(log);
  const ways = Array.from({ length: 2 + random.below(3) }, () => new NemesisLog(log, random));
  const pause = () => turns(random.below(6));
  const replicas = ways.map((way) => new Replica(platform, { log: way, writers: { pause } }));
  const run = new Run(random, replicas, log);
  await Promise.all(Array.from({ length: lanes }, (_, name) => run.lane(name)));
  for (const way of ways) await way.settle();
  const position = await log.head();
  for (const replica of replicas) {
    for (const account of [home, other]) {
      // Refused, which needs the newest state.
      await replica.ask('DeleteUser', account, { UserName: 'nobody' }, { position });
      await replica.ask('DeleteAccessKey', account, { AccessKeyId: 'AKIANOBODYHASTHISKEY' }, { position });
    }
  }
  for (const projector of platform.projectors) await projector.stop();
  const unexpected = replicas.flatMap((replica) => replica.unexpected);
  return { tried: run.tried, log, replicas, unexpected: unexpected.filter((each) => !isAway(each)) };
}

const isAway = (error: unknown): boolean => error instanceof Error && error.name === 'LogUnavailable';

/** All that a state can be asked: rows, by key, and by what they are filed under. */
export function told(aggregate: Aggregate, state: unknown): unknown {
  return Object.entries(aggregate.models).map(([name, model], index) => {
    const table = tablesOf(state)[index];
    const rows = [...(table?.values() ?? [])].map((row) => ({
      row,
      byKey: model.id(table?.keyed(model.key(row))),
      filed: Object.entries(model.indexes).map(([filedBy, values]) =>
        values(row).map((value) => [filedBy, value, table?.indexed(filedBy, value).map(model.id).sort()]),
      ),
    }));
    return [name, rows.sort((a, b) => (model.id(a.row) < model.id(b.row) ? -1 : 1))];
  });
}

/** What every replica holds of each stream, and what the log folds to. */
export async function statesOf({
  log,
  replicas,
}: History): Promise<{ stream: string; held: unknown; logged: unknown }[]> {
  const states: { stream: string; held: unknown; logged: unknown }[] = [];
  for (const aggregate of written) {
    for (const account of [home, other]) {
      const stream = `${aggregate.name}-${account}`;
      const fresh = aggregate.empty(account);
      for await (const events of log.readStream(stream)) for (const event of events) foldEvent(aggregate, fresh, event);
      const logged = told(aggregate, fresh);
      for (const replica of replicas) {
        states.push({ stream, held: told(aggregate, replica.states.get(stream)), logged });
      }
    }
  }
  return states;
}
