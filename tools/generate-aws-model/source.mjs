/** Reads botocore's models, drops their prose, and keeps what is left as text that diffs well. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const PROSE = new Set(['documentation', 'documentationUrl', 'deprecatedMessage', 'examples']);

/** @returns {{ folder: string, version: string }} where botocore is installed */
export function findBotocore() {
  const script = 'import botocore; print(botocore.__path__[0]); print(botocore.__version__)';
  const [folder, version] = execFileSync('python3', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
  return { folder, version };
}

function readJson(path) {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  return JSON.parse(gunzipSync(readFileSync(`${path}.gz`)).toString('utf8'));
}

/** A member of a structure may itself be called `documentation`: names under `members` are kept. */
function withoutProse(value, namesAreData = false) {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => namesAreData || !PROSE.has(key))
      .map(([key, item]) => [key, withoutProse(item, key === 'members')]),
  );
}

export function readModel({ folder, version }, name) {
  const versions = readdirSync(join(folder, 'data', name)).sort();
  const data = join(folder, 'data', name, versions.at(-1));
  const model = readJson(join(data, 'service-2.json'));
  const { pagination } = readJson(join(data, 'paginators-1.json'));
  return {
    origin: `botocore ${version}`,
    metadata: model.metadata,
    operations: Object.fromEntries(Object.entries(model.operations).map(([key, item]) => [key, withoutProse(item)])),
    shapes: Object.fromEntries(Object.entries(model.shapes).map(([key, item]) => [key, withoutProse(item)])),
    pagination,
  };
}

const inOrder = (table) => Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));

/** One line per entry: a change of one shape is a change of one line. */
export function printModel(model) {
  const section = (name) =>
    `${JSON.stringify(name)}: {\n${inOrder(model[name])
      .map(([key, item]) => `${JSON.stringify(key)}: ${JSON.stringify(item)}`)
      .join(',\n')}\n}`;
  const head = ['origin', 'metadata'].map((name) => `${JSON.stringify(name)}: ${JSON.stringify(model[name])}`);
  return `{\n${[...head, ...['operations', 'shapes', 'pagination'].map(section)].join(',\n')}\n}\n`;
}
