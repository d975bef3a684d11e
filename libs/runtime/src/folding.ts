import { type Aggregate, type Position, type RecordedEvent, type Revision, tablesOf } from '@muniment/kernel';

/** An event that this version of Muniment does not know: going on would lose it, so the reader stops. */
export class UnknownEvent extends Error {
  constructor(event: RecordedEvent) {
    super(
      `cannot read event \`${event.type}\` version ${event.version} at position ${event.position}: ` +
        'it was written by a newer version of muniment',
    );
    this.name = 'UnknownEvent';
  }
}

export type Folding = Pick<Aggregate, 'evolve' | 'upcasters'>;

/** Version that events of this type are written in: one more than there are ways to read older ones. */
export const versionOf = ({ upcasters }: Folding, type: string): number => 1 + (upcasters[type]?.length ?? 0);

/** Brings the data of an event to the current form, whatever version it was written in. */
function current(folding: Folding, event: RecordedEvent): unknown {
  const upcasters = folding.upcasters[event.type] ?? [];
  if (event.version > upcasters.length + 1) throw new UnknownEvent(event);
  return upcasters.slice(event.version - 1).reduce((data, upcast) => upcast(data), event.data);
}

/** Folds one event into a state, in place. */
export function foldEvent(folding: Folding, state: unknown, event: RecordedEvent): void {
  const evolve = folding.evolve[event.type];
  if (evolve === undefined) throw new UnknownEvent(event);
  evolve(
    state,
    current(folding, event) as never,
    {
      at: event.meta.at,
      actor: event.meta.actor,
      eventId: event.meta.eventId,
    } as never,
  );
}

/** The state of an aggregate and how far it is folded. */
export interface Folded {
  readonly state: unknown;
  revision: Revision;
  /** Everything of the stream up to this position of the log is folded. */
  position: Position;
  /** Grows whenever the state changes, also by what is not written yet. */
  changes: number;
  /** Command ids of the newest events and the position they were written at: a repeated command is answered, not done. */
  readonly recent: Map<string, number>;
}

const remembered = 1024;

export function remember(folded: Folded, commandId: string, position: number): void {
  folded.recent.set(commandId, position);
  if (folded.recent.size > remembered) {
    const [oldest] = folded.recent.keys();
    if (oldest !== undefined) folded.recent.delete(oldest);
  }
}

/** A state as text, to start from later; a cache, never the truth. */
export function snapshotOf(aggregate: Aggregate, folded: Folded): string {
  const state = folded.state as Record<string, { values(): Iterable<unknown> }>;
  const tables = Object.fromEntries(
    Object.keys(aggregate.models).map((key) => [key, [...(state[key]?.values() ?? [])]]),
  );
  return JSON.stringify({
    version: aggregate.version,
    revision: folded.revision,
    recent: [...folded.recent],
    tables,
  });
}

/** The state that a snapshot holds; undefined when there is none or it is of another version of the fold. */
export function restore(aggregate: Aggregate, account: string, snapshot: string | undefined): Folded | undefined {
  if (snapshot === undefined) return undefined;
  const { version, revision, recent, tables } = JSON.parse(snapshot);
  if (version !== aggregate.version) return undefined;
  const state = aggregate.empty(account) as Record<string, { set(row: unknown): void }>;
  for (const key of Object.keys(aggregate.models)) for (const row of tables[key] ?? []) state[key]?.set(row);
  const positions = (recent as [string, Position][]).map(([, position]) => position);
  return { state, revision, position: Math.max(0, ...positions), changes: 0, recent: new Map(recent) };
}

/** Rows of a state: what a snapshot costs. */
export const sizeOf = (state: unknown): number => tablesOf(state).reduce((sum, table) => sum + table.size, 0);
