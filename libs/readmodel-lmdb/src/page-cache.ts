import type { Page } from '@muniment/kernel';

const pageOf = ({ after, limit }: Page): string => (after === undefined ? `${limit}` : `${limit} ${after}`);

/** Pages of rows as they were listed, by the place of the rows; the places listed first go when rows are too many. */
export class PageCache {
  readonly #limit: number;
  readonly #places = new Map<string, Map<string, readonly unknown[]>>();
  /** Places that a transaction under way changes, and how many do: until it is done, the disk alone knows. */
  readonly #changing = new Map<string, number>();
  #rows = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(place: string, page: Page): readonly unknown[] | undefined {
    return this.#places.get(place)?.get(pageOf(page));
  }

  add(place: string, page: Page, rows: readonly unknown[]): void {
    // An empty page is as cheap to read, and would never be counted.
    if (this.#changing.has(place) || rows.length === 0) return;
    const pages = this.#places.get(place);
    if (pages) pages.set(pageOf(page), rows);
    else this.#places.set(place, new Map([[pageOf(page), rows]]));
    this.#rows += rows.length;
    for (const oldest of this.#places.keys()) {
      if (this.#rows <= this.#limit) return;
      this.#forget(oldest);
    }
  }

  changing(places: Iterable<string>): void {
    for (const place of places) {
      this.#forget(place);
      this.#changing.set(place, (this.#changing.get(place) ?? 0) + 1);
    }
  }

  changed(places: Iterable<string>): void {
    for (const place of places) {
      const others = (this.#changing.get(place) ?? 0) - 1;
      if (others > 0) this.#changing.set(place, others);
      else this.#changing.delete(place);
    }
  }

  #forget(place: string): void {
    for (const rows of this.#places.get(place)?.values() ?? []) this.#rows -= rows.length;
    this.#places.delete(place);
  }
}
