import { readArguments, usage } from './arguments.js';
import { exitCodes, Failure } from './failure.js';

/** Runs the command; each brings only what it needs. */
async function main(): Promise<number> {
  const command = readArguments(process.argv.slice(2));
  if (command.name === 'help') {
    process.stdout.write(`${usage}\n`);
    return exitCodes.well;
  }
  if (command.name === 'service') return (await import('./own-services.js')).ownServices(command, process.env);
  const { readConfiguration } = await import('@muniment/nest/read-configuration');
  const configuration = readConfiguration(process.env);
  if (command.name === 'status') return (await import('./status.js')).status(command, configuration);
  return (await import('./projection.js')).projection(command, configuration);
}

try {
  process.exitCode = await main();
} catch (error) {
  // A person reads this: what is wrong, never where in the code.
  process.stderr.write(`muniment: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : exitCodes.refused;
}
