import { dirname } from 'node:path';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { Recorded } from './records.js';

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The records of each write as one line, on disk before the write is answered. Writes that wait while the disk is busy
 * go out together. A last line without an end was never acknowledged and is cut off.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #waiting: Waiting[] = [];
  #busy = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<{ journal: Journal; writes: Recorded[][] }> {
    const file = await open(path, 'a+');
    const text = await readFile(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
    await file.sync();
    await syncFolder(dirname(path));
    const lines = whole.split('\n').slice(0, -1);
    return { journal: new Journal(file), writes: lines.map(recordsOf) };
  }

  append(records: readonly Recorded[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ line: lineOf(records), done, failed });
      if (!this.#busy) void this.#drain();
    });
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await this.#file.appendFile(batch.map(({ line }) => line).join(''));
        await this.#file.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#busy = false;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync();
  await folder.close();
}

const lineOf = (records: readonly Recorded[]): string =>
  `${JSON.stringify(
    records.map((record) => ({
      ...record,
      data: Buffer.from(record.data).toString('base64'),
      metadata: Buffer.from(record.metadata).toString('base64'),
    })),
  )}\n`;

type Line = Omit<Recorded, 'data' | 'metadata'> & { data: string; metadata: string };

const recordsOf = (line: string): Recorded[] =>
  (JSON.parse(line) as Line[]).map((record) => ({
    ...record,
    data: Buffer.from(record.data, 'base64'),
    metadata: Buffer.from(record.metadata, 'base64'),
  }));
