import type { Page, ReadModel, Sources } from '@muniment/kernel';
import type { Ids } from './ports/ids.js';
import { type GuardedRows, guard, type Keeper } from './guarded-rows.js';
import type { Following } from './following.js';
import type { ReadModels, Rows } from './ports/read-models.js';
import type { Sealer } from './ports/sealer.js';
import type { Projection } from './projection.js';

/** Which projection's rows hold a read model: known from the projections themselves. */
export class RowsOf {
  readonly #rows = new Map<string, Rows>();
  readonly #guarded = new Map<string, GuardedRows>();

  constructor(readModels: ReadModels, projections: readonly Projection[]) {
    for (const { name, version, models } of projections) {
      const rows = guard(readModels.rows({ name, version }));
      this.#guarded.set(name, rows);
      for (const model of Object.values(models)) this.#rows.set(model.name, rows);
    }
  }

  /** From now on rows are refused that those who keep them know to be of a state that is over. */
  keptBy(followings: readonly (Pick<Following, 'projection'> & Keeper)[]): void {
    for (const following of followings) {
      const rows = this.#guarded.get(following.projection.name);
      if (rows) rows.keeper = following;
    }
  }

  of(model: ReadModel<never>): Rows {
    const rows = this.#rows.get(model.name);
    if (!rows) throw new Error(`no projection keeps the read model \`${model.name}\``);
    return rows;
  }
}

export interface SourceParts {
  readonly rows: RowsOf;
  readonly sealer: Sealer;
  readonly ids: Ids;
  readonly history?: Sources['history'];
  readonly decide?: Sources['decide'];
}

/** 20 characters for access keys, 21 for everything else (requirements-4 section 1.3, requirements-1 section 11). */
export const idLength = (prefix: string): number => (prefix === 'AKIA' || prefix === 'ASIA' ? 20 : 21);

const noHistory: Sources['history'] = () => {
  throw new Error('call records are kept by the audit service only');
};

const noDecisions: Sources['decide'] = () => {
  throw new Error('questions about anybody are answered by the decisions service only');
};

/** What operations read from, with the call's own account as the default. */
export function sourcesFor(parts: SourceParts, account: string): Sources {
  const { rows, sealer, ids, history = noHistory, decide = noDecisions } = parts;
  const any = <Row>(model: ReadModel<Row>) => rows.of(model as ReadModel<never>);
  return {
    find: (model, key, owner = account) => any(model).find(model, owner, key),
    findById: (model, id, owner = account) => any(model).findById(model, owner, id),
    anywhere: (model, id) => any(model).anywhere(model, id),
    list: (model, page: Page = {}) => any(model).list(model, page.account ?? account, page),
    filed: (model, index, value, page: Page = {}) =>
      any(model).filed(model, page.account ?? account, index, value, page),
    count: (model, owner = account) => any(model).count(model, owner),
    history,
    decide,
    seal: (subject, plaintext) => sealer.seal(subject, plaintext),
    random: (bytes) => ids.random(bytes),
    id: (prefix) => ids.unique(prefix, idLength(prefix)),
  };
}
