import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SigningCredentials } from '@muniment/sigv4';

/** Beside the checkout's other caches: on a disk, which the system's folder for temporary files may not be. */
const folder = fileURLToPath(new URL('../../../../node_modules/.cache/muniment-bench/', import.meta.url));

export interface Account {
  readonly id: string;
  readonly root: SigningCredentials;
}

const accountAt = (index: number): Account => ({
  id: String(111_122_223_333 + index),
  root: {
    accessKeyId: `AKIABENCH${String(index).padStart(11, '0')}`,
    secretAccessKey: randomBytes(30).toString('hex'),
  },
});

/** Data of one server, which outlives its processes: accounts with known root keys, removed in the end. */
export class Installation {
  readonly path: string;
  readonly accounts: readonly Account[];

  constructor(accounts: number) {
    mkdirSync(folder, { recursive: true });
    this.path = mkdtempSync(folder);
    this.accounts = Array.from({ length: accounts }, (_, index) => accountAt(index));
  }

  get eventLog(): string {
    return join(this.path, 'event-log');
  }

  get environment(): Readonly<Record<string, string>> {
    const [first, ...further] = this.accounts as readonly [Account, ...Account[]];
    const { accessKeyId, secretAccessKey } = first.root;
    return {
      MUNIMENT_DATA_DIR: this.path,
      MUNIMENT_LOG_LEVEL: 'error',
      MUNIMENT_ACCOUNT_ID: first.id,
      MUNIMENT_ROOT_ACCESS_KEY_ID: accessKeyId,
      MUNIMENT_ROOT_SECRET_ACCESS_KEY: secretAccessKey,
      MUNIMENT_ACCOUNTS: further.map(({ id, root }) => `${id}:${root.accessKeyId}:${root.secretAccessKey}`).join(','),
    };
  }

  forgetReadModels(): void {
    rmSync(join(this.path, 'read-models'), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
