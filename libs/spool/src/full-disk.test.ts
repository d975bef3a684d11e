import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SpoolFull } from '@muniment/runtime';
import { openSpool } from './spool.js';

const mountProgram = 'mount';

/** A disk of 4 MB. */
function mounted(): string {
  const path = mkdtempSync(join(tmpdir(), 'spool-disk-'));
  execFileSync(mountProgram, ['-t', 'tmpfs', '-o', 'size=4m', 'none', path], { stdio: 'pipe' });
  return path;
}

const dismounted = (path: string): void => {
  execFileSync('umount', ['-l', path]);
  rmSync(path, { recursive: true });
};

try {
  dismounted(mounted());
} catch {
  throw new Error(`needs the program \`${mountProgram}\`, and to be let mount: Debian's mount, as root`);
}

let disk = '';
beforeEach(() => {
  disk = mounted();
});
afterEach(() => dismounted(disk));

const at = new Date('2026-11-20T10:00:00.000Z');
const record = (n: number): string => JSON.stringify({ n, text: 'x'.repeat((n * 997) % 5000) });

test('a full disk refuses records as a whole, loses none that it took, and goes on when there is room (R5)', async () => {
  const directory = join(disk, 'spool');
  const failures: unknown[] = [];
  const options = { directory, segmentBytes: 500_000, failed: (error: unknown) => failures.push(error) };
  let spool = await openSpool(options);
  const taken: string[] = [];
  const found: string[] = [];
  let n = 0;
  const fill = () => {
    for (;;) {
      const records = [record(n++), record(n++), record(n++)];
      spool.append(records, at);
      taken.push(...records);
    }
  };
  const deliver = async (batches: number) => {
    for (; batches > 0; batches--) {
      const batch = await spool.read(100, 400_000);
      if (batch === undefined) return;
      found.push(...batch.records);
      await spool.acknowledge();
    }
  };
  for (let round = 0; round < 20; round++) {
    expect(fill).toThrow(SpoolFull);
    expect(statfsSync(disk).bfree).toBeLessThan(5);
    await spool.sync();
    if (round % 4 === 1) {
      await spool.close();
      spool = await openSpool(options);
    }
    await deliver(round % 3 === 2 ? 1000 : 4);
  }
  await deliver(1000);
  expect(taken.length).toBeGreaterThan(5000);
  expect(found).toEqual(taken);
  // Where it got to may be lost, never a record.
  expect(failures.filter((error) => (error as NodeJS.ErrnoException).code !== 'ENOSPC')).toEqual([]);
  await spool.close();
});

test('somebody else has filled the disk: refused with its reason, taken when there is room', async () => {
  const directory = join(disk, 'spool');
  mkdirSync(directory);
  const spool = await openSpool({ directory });
  const other = join(disk, 'other');
  expect(() => writeFileSync(other, Buffer.alloc(8_000_000))).toThrow('ENOSPC');
  expect(() => spool.append([record(1)], at)).toThrow('the spool takes no records: the disk is full');
  truncateSync(other, 0);
  spool.append([record(2)], at);
  expect(await spool.read(10, 10_000)).toMatchObject({ records: [record(2)] });
  await spool.close();
});
