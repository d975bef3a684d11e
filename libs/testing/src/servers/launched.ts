import { spawn } from 'node:child_process';
import { findProgram } from './programs.js';

export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** Its whole environment; this process's own when absent. Not for containers. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Runs in a container of this image, where the data directory is `/data`. */
  readonly image?: string;
}

/** A server that was started, wherever it runs. */
export interface Launched {
  readonly pid?: number | undefined;
  signal(signal: NodeJS.Signals): void | Promise<void>;
  /** Resolves, when it has ended, to how. */
  readonly ended: Promise<string>;
  /** The last of what it has printed. */
  output(): string;
}

const keptOutput = 20_000;
/** Ends the child when this process is killed: nothing is left behind by an aborted test. Linux only. */
const tied = findProgram('setpriv');

/** Starts a program of this machine. */
export function launchHere({ program, args, environment }: Start): Launched {
  const command = tied ? [tied, '--pdeathsig', 'KILL', '--', program, ...args] : [program, ...args];
  const child = spawn(command[0] as string, command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...(environment ?? process.env) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-keptOutput);
    });
  }
  return {
    pid: child.pid,
    signal: (signal) => void child.kill(signal),
    ended: new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(`${signal ?? code}`));
    }),
    output: () => output,
  };
}
