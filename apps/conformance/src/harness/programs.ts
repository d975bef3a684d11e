import { execFile, spawnSync } from 'node:child_process';
import type { Credentials } from './target.js';

/** Called while a suite loads: without the program it cannot run. */
export function needs(name: string, command: string, ...args: string[]): void {
  const { error, status } = spawnSync(command, args, { stdio: 'ignore' });
  if (error || status !== 0) throw new Error(`needs the program \`${name}\``);
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

/** What AWS clients read from the environment; nothing of the machine's own configuration reaches them. */
export const awsEnvironment = (url: string, { accessKeyId, secretAccessKey, sessionToken }: Credentials) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PAGER: '',
});

/** Runs a program to its end, whatever its exit code. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && !name.startsWith('TF_'));
  const env = { ...Object.fromEntries(inherited), ...options.env };
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { env, cwd: options.cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin?.end(options.input ?? '');
  });
}
