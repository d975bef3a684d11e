import type { RecordedEvent } from '@muniment/kernel';
import type { History, Tried } from './command-history.testing.js';
import { type Account, type Effect, nothing, rules } from './command-model.testing.js';

/** A command's events, as they stand in the log. */
interface Happened {
  readonly tried: Tried;
  readonly effect: Effect;
  readonly position: number;
}

/** States of one account as the log went on: the newest at or before a position is the one that held there. */
class Past {
  readonly #states: { position: number; account: Account }[] = [{ position: 0, account: nothing }];

  get now(): Account {
    return (this.#states.at(-1) as { account: Account }).account;
  }

  add(position: number, account: Account): void {
    this.#states.push({ position, account });
  }

  /** All states that held at some position from the first to the last. */
  between(first: number, last: number): Account[] {
    const until = this.#states.filter(({ position }) => position <= last);
    const start = until.findLastIndex(({ position }) => position <= first);
    return until.slice(Math.max(0, start)).map(({ account }) => account);
  }
}

const shown = ({ commandId, operation, account, input, outcome, seen, began, ended }: Tried): string =>
  `${commandId} ${operation} ${JSON.stringify(input)} of ${account} (${outcome}, seen ${seen}, ${began}..${ended})`;

/** Compares a history with the model; answers with everything that is wrong. */
export async function flawsOf({ tried, log, unexpected }: History): Promise<string[]> {
  const flaws = unexpected.map((error) => `unexpected: ${String(error)}`);
  const commands = new Map(tried.map((each) => [each.commandId, each]));
  const pasts = new Map<string, Past>();
  const pastOf = (account: string): Past => {
    const past = pasts.get(account) ?? new Past();
    pasts.set(account, past);
    return past;
  };
  const happened = new Map<string, Happened>();
  for (const event of await eventsOf(log)) {
    const command = commands.get(event.meta.commandId);
    // The root users' keys were there before.
    if (command === undefined) continue;
    const effect = { type: event.type, data: event.data as Effect['data'] };
    if (happened.has(command.commandId)) flaws.push(`happened twice: ${shown(command)}`);
    happened.set(command.commandId, { tried: command, effect, position: event.position });
    flaws.push(...take({ tried: command, effect, position: event.position }, pastOf(command.account)));
  }
  for (const each of tried) flaws.push(...answered(each, happened.has(each.commandId), pastOf(each.account)));
  return flaws;
}

async function eventsOf(log: History['log']): Promise<RecordedEvent[]> {
  const { events } = await log.readAll(['directory', 'credentials'], 0, 100_000);
  return [...events];
}

/** What is in the log must follow from the state that it found there, and the rows that its command may have seen. */
function take({ tried, effect, position }: Happened, past: Past): string[] {
  const rule = rules[tried.operation];
  if (rule === undefined || rule.event !== effect.type) return [`${effect.type} came of ${shown(tried)}`];
  const { now } = past;
  const possible = past.between(tried.seen, position).some((rows) => rule.verdict(now, tried.input, rows) === 'ok');
  past.add(position, rule.apply(now, effect.data, tried.input));
  return possible ? [] : [`could not happen at ${position}: ${shown(tried)}`];
}

/** What a caller was told must have been so at some moment while it waited. */
function answered(tried: Tried, happened: boolean, past: Past): string[] {
  const { operation, input, outcome, doubtful, seen, began, ended } = tried;
  if (outcome === 'unknown' || (happened && outcome === 'done')) return [];
  if (happened && !doubtful) return [`refused, and happened: ${shown(tried)}`];
  const wanted = outcome === 'done' ? 'none' : outcome;
  const rule = rules[operation];
  const right = past
    .between(began, ended)
    .some((account) => past.between(seen, ended).some((rows) => rule?.verdict(account, input, rows) === wanted));
  return right ? [] : [`answered wrongly: ${shown(tried)}`];
}
