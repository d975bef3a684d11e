import { type Database, open, type RootDatabase } from 'lmdb';
import { checked, verified } from './checked.js';
import { behind, keyEncoder } from './keys.js';

/** Raised when the way rows lie on disk changes. */
const format = 1;

export type Texts = Database<string, string>;

const perScope = ['rows', 'ids', 'filed', 'anywhere', 'counts'] as const;
type PerScope = (typeof perScope)[number];

/** The databases of a read model directory. Keys of rows begin with a scope: the number of one life of a projection. */
export class Environment {
  readonly root: RootDatabase;
  readonly about: Texts;
  readonly projections: Texts;
  readonly kept: Texts;
  readonly scoped: Readonly<Record<PerScope, Texts>>;

  constructor(path: string) {
    // overlappingSync: with it a failed flush would leave readers with rows that were never written.
    // eventTurnBatching: without it no internal promise is left alone with a failed commit.
    this.root = open({ path, overlappingSync: false, eventTurnBatching: false });
    const database = (name: string): Texts =>
      this.root.openDB<string, string>(name, { encoding: 'string', keyEncoder } as object);
    try {
      this.about = database('about');
      checkFormat(this.about, path);
      this.projections = database('projections');
      this.kept = database('kept');
      this.scoped = Object.fromEntries(perScope.map((name) => [name, database(name)])) as Record<PerScope, Texts>;
    } catch (error) {
      void this.root.close();
      throw error;
    }
  }

  get(database: Texts, key: string): string | undefined {
    const value = database.get(key);
    return value === undefined ? undefined : verified(key, value);
  }

  put(database: Texts, key: string, text: string): void {
    void database.put(key, checked(key, text));
  }

  /** Scopes that have entries, in whatever database. */
  scopes(): Set<string> {
    const scopes = new Set<string>();
    for (const database of Object.values(this.scoped)) {
      for (let start = '\x02'; ; ) {
        const [key] = database.getKeys({ start, end: '~', limit: 1 });
        if (key === undefined) break;
        const scope = key.slice(0, key.indexOf('\0'));
        scopes.add(scope);
        start = behind(`${scope}\0`);
      }
    }
    return scopes;
  }
}

function checkFormat(about: Texts, path: string): void {
  const found = about.get('format');
  if (found === undefined) about.putSync('format', String(format));
  else if (found !== String(format)) {
    throw new Error(
      `the read models in \`${path}\` have format ${found}: this version of muniment reads format ${format}`,
    );
  }
}
