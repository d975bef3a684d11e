#!/usr/bin/env node
import module from 'node:module';

// Node 22 and later keep what they have compiled, which halves the time of the next start.
module.enableCompileCache?.();

// `start` is the server itself: this very process, with nothing of the other commands in it.
const command = process.argv.slice(2).find((word) => !word.startsWith('-'));

import(command === 'start' ? '../../solo/dist/main.js' : '../dist/main.js').catch((error) => {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('muniment is not built yet: run `npm run build` first');
  process.exitCode = 1;
});
