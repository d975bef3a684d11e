/**
 * node tools/generate-aws-model/main.mjs            writes libs/aws-model/src/*.gen.ts from libs/aws-model/source
 * node tools/generate-aws-model/main.mjs --check    exits 1 if what is committed differs from what would be written
 * node tools/generate-aws-model/main.mjs import     renews libs/aws-model/source from the botocore that python3 finds
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeModule } from './module.mjs';
import { services } from './services.mjs';
import { findBotocore, printModel, readModel } from './source.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = join(ROOT, 'libs/aws-model/source');
const OUTPUT = join(ROOT, 'libs/aws-model/src');

function importSources() {
  const botocore = findBotocore();
  mkdirSync(SOURCE, { recursive: true });
  for (const { id, botocore: name } of services.filter((service) => service.botocore)) {
    writeFileSync(join(SOURCE, `${id}.json`), printModel(readModel(botocore, name)));
    console.log(`${id}: imported from botocore ${botocore.version}`);
  }
}

function modules() {
  const written = services.filter((service) => service.module);
  return written.map((service) => ({
    path: join(OUTPUT, `${service.id}.gen.ts`),
    text: writeModule(service, JSON.parse(readFileSync(join(SOURCE, `${service.id}.json`), 'utf8'))),
  }));
}

function check() {
  const stale = modules().filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
  for (const { path } of stale) {
    console.error(`${relative(ROOT, path)} differs from what the generator writes: run it without --check`);
  }
  if (stale.length) process.exitCode = 1;
}

function write() {
  for (const { path, text } of modules()) {
    writeFileSync(path, text);
    console.log(`${relative(ROOT, path)}: ${text.split('\n').length} lines`);
  }
}

const commands = { '': write, import: importSources, '--check': check };
const command = commands[process.argv[2] ?? ''];
if (command) command();
else {
  console.error(`unknown argument \`${process.argv[2]}\`: expected nothing, import or --check`);
  process.exitCode = 2;
}
