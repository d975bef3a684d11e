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

  ask(script: ScriptName, args: readonly Bytes[], long = false): Promise<unknown[]> {
    const within = long ? this.#deadlines.long : this.#deadlines.short;
    return this.#checked(() => this.#connection.script(script, [this.#record, ...args], within));
  }

  /** Answers texts as bytes. */
  askForBytes(script: ScriptName, args: readonly Bytes[]): Promise<unknown[]> {
    const within = this.#deadlines.long;
    return this.#checked(() => this.#connection.scriptForBytes(script, [this.#record, ...args], within));
  }

  async #checked(ask: () => Promise<unknown>): Promise<unknown[]> {
    const reach = this.#positions.of(this.#projection);
    // As it is when the question is sent: answers may overtake each other.
    const seen = reach.position;
    const [checkpoint, ...found] = (await ask()) as [string | Buffer | null, ...unknown[]];
    const position = checkpoint === null ? 0 : Number(checkpoint);
    if (position < seen) {
      this.#positions.lost(this.#projection, reach, seen, position);
      throw new ReadModelsUnavailable(
        `rows of \`${this.#projection.name}\` hold up to ${position} and have held up to ${seen}`,
      );
    }
    reach.saw(position);
    return found;
  }
}
