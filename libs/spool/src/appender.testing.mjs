/**
 * node appender.testing.mjs <directory>: a process that appends numbered records to a spool as fast as it can until it
 * is killed, and tells on its output what was taken. It runs the sources as they are: nothing has to be built first.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transformSync } from '@swc/core';

/** Sources name each other as they are called when compiled. */
export function resolve(specifier, context, next) {
  const ours = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
  return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const jsc = { target: 'es2022', parser: { syntax: 'typescript' } };
  const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), { swcrc: false, jsc });
  return { format: 'module', source: code, shortCircuit: true };
}

async function append(directory) {
  register(import.meta.url);
  const { openSpool } = await import('./spool.ts');
  const spool = await openSpool({ directory, segmentBytes: 200_000 });
  let next = 0;
  const take = (count) => {
    const records = Array.from({ length: count }, () => JSON.stringify({ n: next++, text: 'x'.repeat(count * 7) }));
    spool.append(records, new Date());
    process.stdout.write(`${next}\n`);
  };
  for (let round = 0; ; round++) {
    take(1 + (round % 40));
    if (round % 5 === 0) await spool.sync();
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

if (isMainThread) await append(process.argv[2]);
