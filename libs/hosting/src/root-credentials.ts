import { type DataDirectory, writePrivately } from './data-directory.js';
import type { MadeCredentials } from './first-start.js';

/** Writes root credentials made at first start to a file that only its owner can read. */
export function keepCredentials(directory: DataDirectory | undefined, made: MadeCredentials): void {
  if (!directory) return;
  const { accountId, accessKeyId, secretAccessKey } = made;
  const content = { AccountId: accountId, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey };
  writePrivately(directory.rootCredentials, `${JSON.stringify(content, null, 2)}\n`);
}

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
