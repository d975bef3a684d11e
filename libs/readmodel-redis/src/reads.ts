import { type ProjectionId, ReadModelsUnavailable } from '@muniment/runtime';
import type { Connection } from './connection.js';
import type { Bytes } from './layout.js';
import type { Positions } from './positions.js';
import type { ScriptName } from './scripts.js';

/** How long each kind of question may take. */
export interface Deadlines {
  readonly short: number;
  readonly long: number;
}

/** Questions about one projection's rows; refused when rows turn out to be older than rows that were seen. */
export class Reads {
  readonly #connection: Connection;
  readonly #projection: ProjectionId;
  readonly #record: string;
  readonly #positions: Positions;
  readonly #deadlines: Deadlines;

  constructor(
    connection: Connection,
    projection: ProjectionId,
    record: string,
    positions: Positions,
    deadlines: Deadlines,
  ) {
    this.#connection = connection;
    this.#projection = projection;
    this.#record = record;
    this.#positions = positions;
    this.#deadlines = deadlines;
  }

  async ask(script: ScriptName, args: readonly Bytes[], long = false): Promise<unknown[]> {
    const seen = this.#positions.of(this.#projection);
    const within = long ? this.#deadlines.long : this.#deadlines.short;
    return this.#checked(await this.#connection.script(script, [this.#record, ...args], within), seen);
  }

  /** Answers texts as bytes. */
  async askForBytes(script: ScriptName, args: readonly Bytes[]): Promise<unknown[]> {
    const seen = this.#positions.of(this.#projection);
    const answer = this.#connection.scriptForBytes(script, [this.#record, ...args], this.#deadlines.long);
    return this.#checked(await answer, seen);
  }

  /** What was seen when the question was sent counts: answers may overtake each other. */
  #checked(answer: unknown, seen: number): unknown[] {
    const [checkpoint, ...found] = answer as [string | Buffer | null, ...unknown[]];
    const position = checkpoint === null ? 0 : Number(checkpoint);
    if (position < seen) {
      this.#positions.lost(this.#projection, seen, position);
      throw new ReadModelsUnavailable(
        `rows of \`${this.#projection.name}\` hold up to ${position} and have held up to ${seen}`,
      );
    }
    this.#positions.saw(this.#projection, position);
    return found;
  }
}
