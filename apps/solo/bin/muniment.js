#!/usr/bin/env node
import module from 'node:module';

// Node 22 and later keep what they have compiled, which halves the time of the next start.
module.enableCompileCache?.();

import('../dist/main.js').catch((error) => {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('muniment is not built yet: run `npm run build` first');
  process.exitCode = 1;
});
