import type { Position } from '@muniment/kernel';
import type { ProjectionId } from '@muniment/runtime';

/** Rows are behind where they have been: Redis was emptied, replaced by an older copy, or they are made again. */
export interface Lost {
  readonly projection: ProjectionId;
  readonly seen: Position;
  readonly found: Position;
}

/** The farthest that one projection's rows were seen to reach in one life: from one clearing or loss to the next. */
export class Reach {
  #position: Position = 0;
  /** Whether it was told that the rows are behind it. */
  told = false;

  get position(): Position {
    return this.#position;
  }

  saw(position: Position): void {
    if (position > this.#position) this.#position = position;
  }
}

/** How far rows of each projection have reached: a Redis that has less is not the one it was. */
export class Positions {
  readonly #reaches = new Map<string, Reach>();
  readonly #onLost: (lost: Lost) => void;

  constructor(onLost: (lost: Lost) => void) {
    this.#onLost = onLost;
  }

  /** To be asked for with each question: what is answered later counts for the life in which it was asked. */
  of(projection: ProjectionId): Reach {
    return this.#reaches.get(nameOf(projection)) ?? this.reset(projection);
  }

  /** A new life: whatever is there now is right. */
  reset(projection: ProjectionId): Reach {
    const reach = new Reach();
    this.#reaches.set(nameOf(projection), reach);
    return reach;
  }

  /** Tells once in a life, and not of one that is over. */
  lost(projection: ProjectionId, reach: Reach, seen: Position, found: Position): void {
    if (reach.told || this.of(projection) !== reach) return;
    reach.told = true;
    this.#onLost({ projection, seen, found });
  }
}

const nameOf = ({ name, version }: ProjectionId): string => `${name}@${version}`;
