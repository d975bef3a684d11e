/** What all generators share: write the result, or with `--check` refuse when the committed file is another. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

/** `files` maps absolute paths to their text; returns the paths, from the working folder, that were not up to date. */
export function writeOrCheck(files, { check = process.argv.includes('--check') } = {}) {
  const stale = Object.entries(files).filter(
    ([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text,
  );
  if (!check) {
    for (const [path, text] of stale) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  const paths = stale.map(([path]) => relative(process.cwd(), path));
  if (check && paths.length > 0) process.exitCode = 1;
  const verb = check ? 'not up to date (npm run generate)' : 'written';
  for (const path of paths) console.log(`${path}: ${verb}`);
  return paths;
}
