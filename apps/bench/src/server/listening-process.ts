import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MeasuredProcess } from './measured-process.js';

/** Starts a program of Node's that says its URL when it is ready; `what` is for the error when it does not start. */
export async function startListening(
  what: string,
  program: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<MeasuredProcess> {
  const child = spawn(process.execPath, program, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout }))
    if (line.includes('://')) return new MeasuredProcess(child, line.trim());
  throw new Error(`${what} does not start`);
}
