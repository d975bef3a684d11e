import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_STREAM, type Revision } from '@muniment/kernel';
import { LogUnavailable } from '@muniment/runtime';
import { everything, happened } from '@muniment/testing';
import { openEventLog } from './lmdb-event-log.js';

/** Limits how large a file this process may write: beyond it, writing fails as it does on a full disk. */
function limitFileSize(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

try {
  execFileSync('prlimit', ['--version']);
} catch {
  throw new Error('needs the program `prlimit`');
}

const large = (n: number) => ({ ...happened(n), data: { n, text: 'x'.repeat(2000) } });

describe('a full disk (R4, R5)', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'eventlog-'));
  });
  afterEach(async () => {
    limitFileSize('unlimited');
    await rm(path, { recursive: true });
  });

  test('what was acknowledged stays, what failed is nowhere, nothing more is written, the owner is told once', async () => {
    const failures: unknown[] = [];
    const unhandled: unknown[] = [];
    const noteUnhandled = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', noteUnhandled);
    const log = await openEventLog({ path, onFailure: (error) => failures.push(error) });
    await log.append('directory-1', NO_STREAM, [large(0)]);
    limitFileSize(statSync(join(path, 'data.mdb')).size + 200_000);

    let acknowledged: Revision = 0;
    let refused: unknown;
    while (refused === undefined && acknowledged < 1000) {
      // Several at once: those behind the failed commit must not slip through either.
      const outcomes = await Promise.allSettled(
        [1, 2, 3].map((ahead) => log.append('directory-1', acknowledged + ahead - 1, [large(acknowledged + ahead)])),
      );
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') acknowledged = outcome.value.revision;
        else refused ??= outcome.reason;
      }
    }
    expect(refused).toBeInstanceOf(LogUnavailable);
    limitFileSize('unlimited');

    await expect(log.append('directory-1', acknowledged, [large(0)])).rejects.toBeInstanceOf(LogUnavailable);
    await expect(log.keys.put('key', 'wrapped')).rejects.toBeInstanceOf(LogUnavailable);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(LogUnavailable);
    expect(await everything(log, ['directory'])).toHaveLength(acknowledged + 1);
    await log.close();
    expect(unhandled).toEqual([]);
    process.off('unhandledRejection', noteUnhandled);

    const again = await openEventLog({ path });
    const events = await everything(again, ['directory']);
    expect(events.map(({ data }) => (data as { n: number }).n)).toEqual(
      Array.from({ length: acknowledged + 1 }, (_, n) => n),
    );
    expect(await again.append('directory-1', acknowledged, [large(acknowledged + 1)])).toMatchObject({
      revision: acknowledged + 1,
    });
    await again.close();
  });
});
