import type { Page, ReadModel } from '@muniment/kernel';
import { ReadModelsUnavailable, type Rows } from '@muniment/runtime';
import { type Bytes, bytesOf, calledById, filedUnder, suffixes } from './layout.js';
import type { Reads } from './reads.js';

const rowsAtOnce = 1000;

/** Reads one projection's rows: each question is one round trip, answered from one state. */
export class RedisRows implements Rows {
  readonly #reads: Reads;

  constructor(reads: Reads) {
    this.#reads = reads;
  }

  async find<Row>(model: ReadModel<Row>, account: string, key: string): Promise<Row | undefined> {
    const args = [bytesOf(suffixes.rows(model.name, account)), bytesOf(key)];
    const [row] = await this.#reads.ask('muFind', args);
    return typeof row === 'string' ? (JSON.parse(row) as Row) : undefined;
  }

  async findById<Row>(model: ReadModel<Row>, account: string, id: string): Promise<Row | undefined> {
    if (calledById(model)) return this.find(model, account, id);
    const { name } = model;
    const places = [suffixes.ids(name, account), suffixes.rows(name, account), id].map(bytesOf);
    const [row] = await this.#reads.ask('muFindById', places);
    return typeof row === 'string' ? rowIn<Row>(model, row) : undefined;
  }

  async anywhere<Row>(model: ReadModel<Row>, id: string): Promise<{ account: string; row: Row } | undefined> {
    const { name } = model;
    const places = [suffixes.anywhere(name), suffixes.rows(name, ''), bytesOf(id)];
    const [account, row] = await this.#reads.ask('muAnywhere', places);
    return typeof account === 'string' ? { account, row: rowIn<Row>(model, row) } : undefined;
  }

  list<Row>(model: ReadModel<Row>, account: string, page?: Page): Promise<readonly Row[]> {
    return this.#list(model, account, suffixes.keys(model.name, account), undefined, page);
  }

  filed<Row>(
    model: ReadModel<Row>,
    account: string,
    index: string,
    value: string,
    page?: Page,
  ): Promise<readonly Row[]> {
    return this.#list(model, account, suffixes.filed(model.name, account, index), filedUnder(value), page);
  }

  async count<Row>(model: ReadModel<Row>, account: string): Promise<number> {
    const [count] = await this.#reads.ask('muCount', [bytesOf(suffixes.keys(model.name, account))]);
    return Number(count ?? 0);
  }

  async *everything<Row>(model: ReadModel<Row>): AsyncGenerator<readonly { account: string; row: Row }[]> {
    const limit = String(rowsAtOnce);
    let start: string | undefined;
    for (let behind: Bytes[] = []; ; ) {
      const page = await this.#reads.askForBytes('muEverything', [model.name, limit, ...behind]);
      const [rows, more, account, key, shelves] = page as [
        Buffer,
        Buffer,
        Buffer,
        Buffer,
        [Buffer, (Buffer | null)[]][],
      ];
      start ??= rows.toString();
      if (rows.toString() !== start) throw new ReadModelsUnavailable('rows were replaced while they were read');
      const batch = (shelves || []).flatMap(([of, found]) =>
        found.map((row) => ({ account: of.toString(), row: rowIn<Row>(model, row?.toString()) })),
      );
      if (batch.length > 0) yield batch;
      if (more.length === 0) return;
      behind = [account, key];
    }
  }

  async #list<Row>(
    model: ReadModel<Row>,
    account: string,
    suffix: string,
    prefix: string | undefined,
    { after, limit }: Page = {},
  ): Promise<readonly Row[]> {
    if (limit === 0) return [];
    const args = [
      bytesOf(suffix),
      bytesOf(suffixes.rows(model.name, account)),
      bytesOf(after === undefined ? firstOf(prefix) : `(${prefix ?? ''}${after}`),
      bytesOf(prefix === undefined ? '+' : `(${prefix.slice(0, -1)}\x01`),
      String(limit ?? -1),
      String(Buffer.byteLength(prefix ?? '')),
    ];
    const rows = await this.#reads.ask('muList', args, limit === undefined);
    return rows.map((row) => rowIn<Row>(model, row));
  }
}

/** The least member of a listing, as Redis writes the beginning of a range. */
const firstOf = (prefix: string | undefined): string => (prefix === undefined ? '-' : `[${prefix}`);

function rowIn<Row>({ name }: ReadModel<Row>, row: unknown): Row {
  if (typeof row !== 'string' || row === '') throw new ReadModelsUnavailable(`a row of \`${name}\` is missing`);
  return JSON.parse(row) as Row;
}
