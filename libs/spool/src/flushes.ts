import { SpoolUnavailable } from '@muniment/runtime';
import { type SegmentFile, syncDirectory } from './segment.js';

/** Brings files to the disk: who asks while one flush is under way shares the next. The first failure is the last. */
export class Flushes {
  readonly #directory: string;
  readonly #files = new Set<SegmentFile>();
  /** Files have come whose names are not on disk. */
  #newNames = false;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failure: SpoolUnavailable | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Why nothing can be relied on any more: after a failed flush nobody knows what is on disk, whatever the next says. */
  get failure(): SpoolUnavailable | undefined {
    return this.#failure;
  }

  /** A file was made. */
  made(): void {
    this.#newNames = true;
  }

  /** A file was written. */
  wrote(file: SegmentFile): void {
    this.#files.add(file);
  }

  /** A file is written no more: it is closed, at once or when it is on disk. */
  retire(file: SegmentFile): void {
    if (!this.#files.has(file) && this.#running === undefined) return file.close();
    file.retired = true;
    this.#files.add(file);
    // Who waits for the flush, now or later, is told when it fails.
    this.flush().catch(() => undefined);
  }

  /** Resolves when all that was written so far is on disk. */
  flush(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#files.size === 0) return this.#running ?? Promise.resolve();
    this.#next ??= this.#flushNext();
    return this.#next;
  }

  async #flushNext(): Promise<void> {
    await this.#running?.catch(() => undefined);
    this.#running = this.#next;
    this.#next = undefined;
    const files = [...this.#files];
    const newNames = this.#newNames;
    this.#files.clear();
    this.#newNames = false;
    try {
      if (this.#failure) throw this.#failure;
      await Promise.all(files.map((file) => file.sync()));
      if (newNames) await syncDirectory(this.#directory);
    } catch (error) {
      this.#failure ??= new SpoolUnavailable(`a flush failed: ${String(error)}`, { cause: error });
      throw this.#failure;
    } finally {
      this.#running = undefined;
    }
  }
}
