import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

/** Somebody else works on this data directory. */
export class DataDirectoryInUse extends Error {
  constructor(path: string, pid: number) {
    super(`data directory \`${path}\` is in use by another muniment: process ${pid}`);
    this.name = 'DataDirectoryInUse';
  }
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the kernel counts it: a process id is used again, the pair is not. */
  readonly started: string;
}

/** Writes a file that only its owner can read, durably and whole. */
export function writePrivately(path: string, content: string): void {
  const draft = `${path}.${process.pid}`;
  const file = openSync(draft, 'w', 0o600);
  writeSync(file, content);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
  // The name is on disk only when the directory is.
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
}

/** Start time of a process in kernel ticks; undefined when there is no such process or no way to tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host, started }: Owner): boolean {
  if (host !== hostname()) return true;
  if (existsSync('/proc/self/stat')) return startOf(pid) === started;
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The files of one installation: log, read models, root key, credentials of the first start. */
export class DataDirectory {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the directory if need be and takes it for this process alone. */
  static open(path: string): DataDirectory {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const directory = new DataDirectory(path);
    directory.#lock();
    return directory;
  }

  get eventLog(): string {
    return join(this.path, 'event-log');
  }

  get readModels(): string {
    return join(this.path, 'read-models');
  }

  get spool(): string {
    return join(this.path, 'spool');
  }

  get rootCredentials(): string {
    return join(this.path, 'root-credentials.json');
  }

  /** The key that seals all secrets: the given one, or the file's, which is made at first start. */
  rootKey(given: string | undefined): Buffer {
    if (given !== undefined) return Buffer.from(given, 'base64');
    const path = join(this.path, 'root-key');
    if (!existsSync(path)) {
      if (existsSync(this.eventLog))
        throw new Error(`root key is missing: \`${path}\` or MUNIMENT_ROOT_KEY must hold it`);
      writePrivately(path, `${randomBytes(32).toString('base64')}\n`);
    }
    return Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  }

  release(): void {
    rmSync(this.#lockFile, { force: true });
  }

  get #lockFile(): string {
    return join(this.path, 'lock');
  }

  #lock(): void {
    const own: Owner = { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? '' };
    const draft = `${this.#lockFile}.${process.pid}`;
    rmSync(draft, { force: true });
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
    try {
      for (let attempt = 0; attempt < 10; attempt++) {
        if (this.#take(draft)) return;
        this.#removeStale();
      }
    } finally {
      rmSync(draft, { force: true });
    }
    throw new Error(`cannot take the lock \`${this.#lockFile}\``);
  }

  /** The lock appears with its content or not at all: nobody finds one half written by a process that lives. */
  #take(draft: string): boolean {
    try {
      linkSync(draft, this.#lockFile);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    }
  }

  /** A lock whose process is gone is moved away, and put back if it turns out to be another's, taken meanwhile. */
  #removeStale(): void {
    const found = this.#ownerIn(this.#lockFile);
    if (found && isAlive(found)) throw new DataDirectoryInUse(this.path, found.pid);
    const aside = `${this.#lockFile}.stale.${process.pid}`;
    try {
      renameSync(this.#lockFile, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return;
    }
    const moved = this.#ownerIn(aside);
    if (moved && isAlive(moved)) {
      this.#take(aside);
      rmSync(aside, { force: true });
      throw new DataDirectoryInUse(this.path, moved.pid);
    }
    rmSync(aside, { force: true });
  }

  /** Undefined: no lock, or one that cannot be read and so has no owner. */
  #ownerIn(path: string): Owner | undefined {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Owner;
    } catch {
      return undefined;
    }
  }
}
