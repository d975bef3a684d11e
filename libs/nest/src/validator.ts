import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/**
 * class-validator as the one file that it also comes as: its index loads 320 others at every start of every process,
 * the telephone numbers of the world among them, which cost four times as much CPU time.
 */
export const validator: typeof import('class-validator') = load('class-validator/bundles/class-validator.umd.js');
