import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './build.js';

/** The examples of one language on a page of docs/, in their order. */
export const examplesIn = (page: string, language: string): string[] =>
  Array.from(
    readFileSync(join(repository, 'docs', page), 'utf8').matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs')),
    ([, text = '']) => text,
  );
