import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keysPrefix } from '@muniment/gateway';
import { writePrivately } from '@muniment/hosting';
import type { Parts } from '@muniment/hosting/services';

const retryMilliseconds = 250;

/**
 * The platform's first account: it keeps the records of calls that belong to nobody. Asked for once; a gateway that
 * starts again goes on without the credentials service.
 */
export async function platformAccount({ bus, configuration, directory, logger }: Parts): Promise<string> {
  if (configuration.accountId !== undefined) return configuration.accountId;
  const file = join(directory.path, 'platform-account');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  for (let tries = 0; ; tries++) {
    try {
      const { accountId } = await bus.request<object, { accountId: string }>(`${keysPrefix}.Platform`, {});
      if (!/^\d{12}$/.test(accountId)) throw new Error(`not an account id: \`${accountId}\``);
      writePrivately(file, `${accountId}\n`);
      return accountId;
    } catch (error) {
      if (tries % 40 === 0) logger.info({ err: error }, 'waiting for the credentials service');
      await sleep(retryMilliseconds);
    }
  }
}
