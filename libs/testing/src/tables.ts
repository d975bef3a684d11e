import { type Aggregate, type Page, type ReadModel, type Secrets, type Sources, Table } from '@muniment/kernel';

/** Tables in memory as an operation's sources. */
export class Tables {
  readonly #tables = new Map<string, Map<string, Table<unknown>>>();

  add(model: ReadModel<unknown>, account: string, rows: readonly unknown[]): void {
    const table = this.#of(model.name, account) ?? new Table(model, account);
    for (const row of rows) table.set(row);
    this.#put(model.name, account, table);
  }

  /** The tables of a state as they are, also when the state changes. */
  addState({ models }: Aggregate, account: string, state: unknown): void {
    for (const [key, { name }] of Object.entries(models)) {
      this.#put(name, account, (state as Record<string, Table<unknown>>)[key] as Table<unknown>);
    }
  }

  sources(home: string, secrets: Secrets): Sources {
    const of = <Row>(model: ReadModel<Row>, account = home): Table<Row> | undefined =>
      this.#of(model.name, account) as Table<Row> | undefined;
    return {
      find: (model, key, account) => of(model, account)?.keyed(key),
      findById: (model, name, account) => of(model, account)?.byId(name),
      anywhere: (model, name) => {
        for (const account of this.#tables.get(model.name)?.keys() ?? []) {
          const row = of(model, account)?.byId(name);
          if (row !== undefined) return { account, row };
        }
        return undefined;
      },
      list: (model, page) => paged(model, [...(of(model, page?.account)?.values() ?? [])], page),
      filed: (model, index, value, page) => paged(model, of(model, page?.account)?.indexed(index, value) ?? [], page),
      count: (model, account) => of(model, account)?.size ?? 0,
      history: () => {
        throw new Error('call records are kept by the audit service only');
      },
      decide: () => {
        throw new Error('questions about anybody are answered by the decisions service only');
      },
      seal: async ({ account, id }, plaintext) => `sealed for ${account}/${id}: ${plaintext}`,
      random: (bytes) => secrets.random(bytes),
      id: (prefix) => secrets.id(prefix),
    };
  }

  #of(model: string, account: string): Table<unknown> | undefined {
    return this.#tables.get(model)?.get(account);
  }

  #put(model: string, account: string, table: Table<unknown>): void {
    const tables = this.#tables.get(model) ?? new Map<string, Table<unknown>>();
    this.#tables.set(model, tables.set(account, table));
  }
}

/** In byte order of UTF-8, as stored rows are. */
function paged<Row>(model: ReadModel<Row>, rows: Row[], { after, limit }: Page = {}): Row[] {
  const bytes = (text: string) => Buffer.from(text);
  return rows
    .filter((row) => after === undefined || Buffer.compare(bytes(model.key(row)), bytes(after)) > 0)
    .sort((a, b) => Buffer.compare(bytes(model.key(a)), bytes(model.key(b))))
    .slice(0, limit);
}
