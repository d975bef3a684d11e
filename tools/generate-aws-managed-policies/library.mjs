/** Where the data of libs/aws-managed-policies lies. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../libs/aws-managed-policies/', import.meta.url));

export const sources = join(library, 'src');
export const sourceFile = join(library, 'source.json');
export const readSource = () => JSON.parse(readFileSync(sourceFile, 'utf8'));
