/** Something that happened, in the past tense, as an aggregate decides it. */
export interface Event<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** Who, when and why: kept with every event, never a secret among it. */
export interface EventMetadata {
  readonly eventId: string;
  readonly commandId: string;
  readonly requestId: string;
  /** ISO 8601; what `evolve` knows as the time of the event. */
  readonly at: string;
  /** ARN of the principal that made the call; `muniment` for what the platform does of itself. */
  readonly actor: string;
  readonly accessKeyId?: string;
  readonly sourceIp?: string;
  /** Position of the event that this one reacts to. */
  readonly causedBy?: Position;
}

/** Place in the whole log: assigned at commit by the log itself, growing, never a timestamp. 0 = before everything. */
export type Position = number;

/** Place in one stream: 0 is the first event, -1 a stream without events. */
export type Revision = number;

export const NO_STREAM: Revision = -1;

/** An event on its way into the log. */
export interface NewEvent {
  readonly type: string;
  /** Version of the data's form; a later form gets a higher number and an upcaster. */
  readonly version: number;
  readonly data: unknown;
  readonly meta: EventMetadata;
}

/** An event as the log holds it. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  readonly revision: Revision;
  readonly position: Position;
}

/** What the fold may know of an event beside its data. */
export interface Occurrence {
  readonly at: string;
  readonly actor: string;
  readonly eventId: string;
}

/** One entry per event type, complete by type: a forgotten event does not compile. May change the state in place. */
export type Evolve<State, E extends Event> = {
  readonly [Type in E['type']]: (
    state: State,
    data: Extract<E, { type: Type }>['data'],
    occurrence: Occurrence,
  ) => void;
};

/** Stream of an account's aggregate: `directory-111122223333`. */
export const streamOf = (category: string, account: string): string => `${category}-${account}`;

/** The part before the first hyphen: what filters and retention go by. */
export function categoryOf(stream: string): string {
  const hyphen = stream.indexOf('-');
  return hyphen < 0 ? stream : stream.slice(0, hyphen);
}

/** The part of the stream's name that says whose it is; the account for all streams that have one. */
export function accountOf(stream: string): string {
  const [, account = ''] = stream.split('-', 2);
  return account;
}
