import type { Options } from '../options.js';
import type { Table } from '../table.js';

/** One benchmark by its name on the command line. */
export interface Bench {
  readonly name: string;
  readonly run: (options: Options) => Promise<readonly Table[]>;
}
