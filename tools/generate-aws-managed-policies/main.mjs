/**
 * Reads the policies out of the modules of libs/aws-managed-policies and writes the modules anew: with `--check` these
 * have to be the same to the byte, and what was read has to be what was imported (source.json). Packed again is only what
 * changed, since another release of Brotli packs the same text to other bytes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeOrCheck } from '../generated.mjs';
import { compress, digestOf, modulesOf, policiesIn } from './encode.mjs';
import { readSource, sources } from './library.mjs';

const { policies, packed, left } = policiesIn((path) => readFileSync(join(sources, path), 'utf8'));
const modules = modulesOf(policies, (text) => packed.get(text) ?? compress(text));
writeOrCheck(Object.fromEntries(Object.entries(modules).map(([path, text]) => [join(sources, path), text])));

const refuse = (text) => {
  console.log(`libs/aws-managed-policies: ${text}`);
  process.exitCode = 1;
};

const digest = digestOf(policies);
const source = readSource();
for (const [member, value] of Object.entries(digest)) {
  if (source[member] !== value) refuse(`${member} are \`${value}\`, source.json says \`${source[member]}\``);
}
if (left !== 0) refuse(`${left} documents belong to no version`);
for (const file of readdirSync(join(sources, 'history'))) {
  if (!modules[`history/${file}`]) refuse(`\`history/${file}\` belongs to no chunk`);
}
