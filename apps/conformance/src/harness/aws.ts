import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './build.js';

/** Where a shell finds `aws`. */
export interface Aws {
  readonly path: string;
  dispose(): void;
}

/**
 * The `aws` command, loaded once for many commands (see aws.py): its own start takes longer than all the rest. Where Python
 * has no awscli, as with version 2, it is the program itself.
 */
export async function startAws(): Promise<Aws> {
  const path = process.env['PATH'] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'muniment-aws-'));
  const child = spawn('python3', [join(repository, 'apps/conformance/src/aws.py'), folder], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit'), once(child, 'error')]);
  return {
    path: String(said) === 'ready\n' ? `${folder}:${path}` : path,
    dispose: () => {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}
