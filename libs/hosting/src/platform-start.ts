import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, accounts } from '@muniment/directory/contract';
import { type EnvelopeSealer, LogUnavailable, randomIds, systemClock } from '@muniment/runtime';
import { FirstStart, type MadeCredentials } from './first-start.js';
import { confirmKept, keepCredentials } from './root-credentials.js';
import type { LocalRows } from './local-rows.js';
import type { Parts } from './parts.js';

const retryMilliseconds = 500;

/**
 * Makes the accounts and root keys that the settings ask for. A platform that is there already does not wait for the
 * log: what is missing is made when the log is back.
 */
export async function startPlatform(parts: Parts, sealer: EnvelopeSealer, local: LocalRows): Promise<string> {
  const starting = untilWritten(parts, sealer, local);
  const known = await firstAccount(local);
  if (known === undefined) return starting;
  starting.catch(parts.failed);
  return known;
}

async function untilWritten(parts: Parts, sealer: EnvelopeSealer, local: LocalRows): Promise<string> {
  const { log, configuration, logger } = parts;
  const { readModels } = local;
  // One place for all replicas, where the launcher and people look for it.
  const file = join(configuration.dataDir, 'root-credentials.json');
  const kept = {
    keep: (made: MadeCredentials) => keepCredentials(file, made),
    found: (accessKeyId: string) => confirmKept(file, accessKeyId),
  };
  for (;;) {
    try {
      await sealer.prove();
      const start = new FirstStart({ log, readModels, sealer, ids: randomIds, now: () => systemClock.now(), ...kept });
      const { accountId, made } = await start.run(configuration);
      if (made) logger.info({ account: accountId }, 'root credentials were made: root-credentials.json has them');
      return accountId;
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      await sleep(retryMilliseconds);
    }
  }
}

async function firstAccount({ rows }: LocalRows): Promise<string | undefined> {
  const [first] = await rows.of(accounts as never).list<Account>(accounts, 'all', { limit: 1 });
  return first?.accountId;
}
