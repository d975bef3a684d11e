import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The repository that these tests are part of. */
export const repository = fileURLToPath(new URL('../../../../', import.meta.url));
export const program = join(repository, 'apps/cli/bin/muniment.js');

const apps = ['solo', 'cli', 'gateway', 'directory', 'credentials', 'sts', 'decisions', 'audit', 'distributed'].map(
  (name) => `apps/${name}`,
);
const built = join(repository, 'apps/solo/dist/main.js');
const stamp = join(repository, 'apps/solo/dist/.conformance');
const lock = join(repository, 'apps/solo/dist/.conformance-lock');
const abandonedAfter = 120_000;

const isSource = (path: string) => path.endsWith('.ts') && !path.endsWith('.test.ts');

function newestSource(): number {
  const libs = join(repository, 'libs');
  const folders = [
    ...readdirSync(libs).map((name) => join(libs, name, 'src')),
    ...apps.map((name) => join(repository, name, 'src')),
  ];
  const files = folders.filter(existsSync).flatMap((folder) => {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter(isSource).map((name) => join(folder, name));
  });
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

const isCurrent = (): boolean => existsSync(built) && existsSync(stamp) && statSync(stamp).mtimeMs > newestSource();

function compile(): void {
  const started = new Date();
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-b', ...apps, 'libs/testing'], {
    cwd: repository,
    encoding: 'utf8',
  });
  // Types are another check's matter: what has been written out can be run.
  if (!existsSync(built)) throw new Error(`the server cannot be built: ${stdout}${stderr}`);
  writeFileSync(stamp, '');
  utimesSync(stamp, started, started);
}

function taken(): boolean {
  try {
    mkdirSync(lock, { recursive: false });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (Date.now() - statSync(lock).mtimeMs > abandonedAfter) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** The server runs as it is shipped, compiled: suites that start at the same time build it once. */
export async function build(): Promise<void> {
  mkdirSync(join(repository, 'apps/solo/dist'), { recursive: true });
  while (!isCurrent()) {
    if (!taken()) {
      await sleep(100);
      continue;
    }
    try {
      if (!isCurrent()) compile();
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}
