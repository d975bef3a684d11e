import type { Aggregate, Position } from '@muniment/kernel';
import type { ProjectionId } from './ports/read-models.js';

/** Code that folds events into stored rows: an aggregate's own fold, or one made for a question. */
export interface Projection extends Pick<Aggregate, 'name' | 'version' | 'models' | 'evolve' | 'upcasters' | 'empty'> {
  /** Categories of the streams it reads; its own name's when absent. */
  readonly categories?: readonly string[];
}

export interface Progress {
  readonly projection: string;
  readonly position: Position;
  readonly head: Position;
}

/** Events that are read, folded and stored at once. */
export const pageSize = 1000;

export const idOf = ({ name, version }: Projection): ProjectionId => ({ name, version });

export const categoriesOf = ({ name, categories = [name] }: Projection): readonly string[] => categories;
