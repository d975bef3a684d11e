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

/** An attempt to reach a server that takes connections and stays silent would hold the process: it ends all the same. */
const end = (code: number): void => void process.stdout.write('', () => process.exit(code));

// Nobody reads any more (`| head`): that ends the work as Ctrl-C does.
process.stdout.once('error', () => {
  process.stdout.on('error', () => undefined);
  process.kill(process.pid, 'SIGINT');
});

try {
  end(await main());
} catch (error) {
  // A person reads this: what is wrong, never where in the code.
  process.stderr.write(`muniment: ${error instanceof Error ? error.message : String(error)}\n`);
  end(error instanceof Failure ? error.exitCode : exitCodes.refused);
}
