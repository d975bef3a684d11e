import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, rootKeyEvents } from '@muniment/credentials/contract';
import { openEventLog } from '@muniment/eventlog-lmdb';
import type { Change, NewEvent } from '@muniment/kernel';
import { readConfiguration } from '@muniment/nest/read-configuration';
import { openReadModels } from '@muniment/readmodel-lmdb';

const account = '111122223333';
const rowsOfKeys = { name: credentials.name, version: credentials.version };

/** A data directory as a server leaves it: a log with access keys of one account, and a root key. */
export class Installation {
  readonly path = mkdtempSync(join(tmpdir(), 'muniment-cli-'));
  readonly configuration = readConfiguration({
    MUNIMENT_DATA_DIR: this.path,
    MUNIMENT_ROOT_KEY: Buffer.alloc(32, 7).toString('base64'),
  });

  /** Appends events of so many keys, each made and deleted again, but for the last. */
  async addKeys(count: number): Promise<void> {
    const log = await openEventLog({ path: join(this.path, 'event-log'), onFailure: failed });
    for (let from = 0; from < count; from += 1000) {
      const events = Array.from({ length: Math.min(1000, count - from) }, (_, index) => keyEvents(from + index, count));
      const stream = `credentials-${account}`;
      await log.append(stream, await revisionOf(log, stream), events.flat());
    }
    await log.close();
  }

  /** Takes the key's row away, as no event did. */
  async loseKey(): Promise<void> {
    const readModels = await openReadModels({ path: join(this.path, 'read-models'), onFailure: failed });
    const position = readModels.checkpoint(rowsOfKeys) ?? 0;
    for (const model of Object.values(credentials.models)) {
      for await (const batch of readModels.rows(rowsOfKeys).everything(model as never)) {
        const changes = batch.map(
          ({ row }) => ({ model, account, before: row, after: undefined }) as unknown as Change,
        );
        await readModels.apply(rowsOfKeys, changes, position, position);
      }
    }
    await readModels.close();
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const failed = (error: unknown): never => {
  throw error;
};

async function revisionOf(log: Awaited<ReturnType<typeof openEventLog>>, stream: string): Promise<number> {
  for await (const [last] of log.readStream(stream, { backwards: true })) return last?.revision ?? -1;
  return -1;
}

function keyEvents(index: number, count: number): NewEvent[] {
  const accessKeyId = `AKIA${String(index).padStart(16, '0')}`;
  const made = rootKeyEvents(account, accessKeyId, 'sealed');
  const deleted = index < count - 1 ? [{ type: 'AccessKeyDeleted', data: { accessKeyId } }] : [];
  return [...made, ...deleted].map(({ type, data }, at) => {
    const id = `${accessKeyId}-${at}-${randomUUID()}`;
    const meta = { eventId: id, commandId: id, requestId: id, at: '2026-11-22T10:00:00.000Z', actor: 'muniment' };
    return { type, version: 1, data, meta };
  });
}
