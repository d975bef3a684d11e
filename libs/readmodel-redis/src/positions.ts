import type { Position } from '@muniment/kernel';
import type { ProjectionId } from '@muniment/runtime';

/** Rows are behind where they have been: Redis was emptied, replaced by an older copy, or they are made again. */
export interface Lost {
  readonly projection: ProjectionId;
  readonly seen: Position;
  readonly found: Position;
}

/** The farthest that rows of each projection were seen to reach: a Redis that has less is not the one it was. */
export class Positions {
  readonly #seen = new Map<string, Position>();
  readonly #told = new Set<string>();
  readonly #onLost: (lost: Lost) => void;

  constructor(onLost: (lost: Lost) => void) {
    this.#onLost = onLost;
  }

  of(projection: ProjectionId): Position {
    return this.#seen.get(nameOf(projection)) ?? 0;
  }

  saw(projection: ProjectionId, position: Position): void {
    if (position > this.of(projection)) this.reset(projection, position);
  }

  /** From now on this is what counts, also when it is less. */
  reset(projection: ProjectionId, position: Position): void {
    const name = nameOf(projection);
    this.#seen.set(name, position);
    this.#told.delete(name);
  }

  /** Tells once until rows are looked at anew. */
  lost(projection: ProjectionId, seen: Position, found: Position): void {
    const name = nameOf(projection);
    // A question from before the rows were looked at anew.
    if (seen > this.of(projection) || this.#told.has(name)) return;
    this.#told.add(name);
    this.#onLost({ projection, seen, found });
  }
}

const nameOf = ({ name, version }: ProjectionId): string => `${name}@${version}`;
