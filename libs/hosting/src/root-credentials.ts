import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { writePrivately } from './data-directory.js';
import type { MadeCredentials } from './first-start.js';

/** Credentials in a file, which is theirs only once they are credentials. */
export interface KeptCredentials {
  confirm(): void;
  discard(): void;
}

/** Writes root credentials, before anything depends on them, to a file that only its owner can read. */
export function keepCredentials(file: string | undefined, made: MadeCredentials): KeptCredentials {
  if (file === undefined) return { confirm: () => undefined, discard: () => undefined };
  const { accountId, accessKeyId, secretAccessKey } = made;
  const content = { AccountId: accountId, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey };
  const draft = draftOf(file, accessKeyId);
  writePrivately(draft, `${JSON.stringify(content, null, 2)}\n`);
  return { confirm: () => confirmKept(file, accessKeyId), discard: () => rmSync(draft, { force: true }) };
}

/** The key is there: if somebody has kept its credentials, whoever that was and whether or not he knows, they are valid. */
export function confirmKept(file: string | undefined, accessKeyId: string): void {
  if (file === undefined) return;
  try {
    renameSync(draftOf(file, accessKeyId), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

const draftOf = (file: string, accessKeyId: string): string => `${file}.${accessKeyId}`;

/** What a person gets to see of new root credentials: ready-made lines on a terminal, else where they are. */
export function showCredentials(
  made: MadeCredentials,
  url: string,
  file: string | undefined,
  terminal: boolean,
): string {
  const where = file === undefined ? '' : `root credentials of account ${made.accountId} are in ${file}\n`;
  if (!terminal && file !== undefined) return where;
  return `${where}
  export AWS_ACCESS_KEY_ID=${made.accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${made.secretAccessKey}
  export AWS_DEFAULT_REGION=us-east-1
  export AWS_ENDPOINT_URL=${url}

`;
}

/** The same of credentials that another process has made; nothing when there are none. */
export function showStoredCredentials(file: string, url: string, terminal: boolean): string {
  if (!existsSync(file)) return '';
  const { AccountId, AccessKeyId, SecretAccessKey } = JSON.parse(readFileSync(file, 'utf8'));
  const made = { accountId: AccountId, accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  return showCredentials(made, url, file, terminal);
}
