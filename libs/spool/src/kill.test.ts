import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type { Spooled } from '@muniment/runtime';
import { openSpool, SpoolDamaged } from './spool.js';

const rounds = 10;
const program = fileURLToPath(new URL('./appender.testing.mjs', import.meta.url));
const repository = fileURLToPath(new URL('../../../', import.meta.url));

const started = (directory: string): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, ['--conditions=source', '--no-warnings', program, directory], { cwd: repository });

/** Kills an appending process at some moment; resolves to how many records it said were taken. */
async function killed(directory: string, after: number): Promise<number> {
  const child = started(directory);
  let output = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  await setTimeout(after);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(errors).toBe('');
  // The last line may be cut off: what stands before it was said.
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
}

test(`kill -9, ${rounds} times: every record that was taken is there, in order, and once (R1, R28)`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'spool-'));
  const failures: unknown[] = [];
  const taken: number[] = [];
  const found = new Map<string, number>();
  const note = ({ source, first, records }: Spooled) => {
    // A source that was read before its end goes on where it was: none missing, none twice.
    expect(first).toBe(found.get(source) ?? 0);
    expect(records.map((record) => (JSON.parse(record) as { n: number }).n)).toEqual(records.map((_, n) => first + n));
    found.set(source, first + records.length);
  };
  for (let round = 0; round < rounds; round++) {
    taken.push(await killed(directory, (round * 37) % 120));
    const spool = await openSpool({ directory, failed: (error) => failures.push(error) });
    // Every other round leaves some for the next, as a short outage would.
    for (let batch = 0; batch < (round % 2 ? 1000 : 3); batch++) {
      const read = await spool.read(500, 100_000);
      if (read === undefined) break;
      note(read);
      await spool.acknowledge();
    }
    await spool.close();
  }
  const sources = [...found.values()];
  expect(sources).toHaveLength(rounds);
  sources.forEach((count, round) => expect(count).toBeGreaterThanOrEqual(taken[round] ?? 0));
  expect(Math.min(...taken)).toBeGreaterThan(0);
  // A write that the kill cut through leaves a piece at the end, which is told and left out: nobody was told it was taken.
  expect(failures.filter((failure) => !(failure instanceof SpoolDamaged))).toEqual([]);
  expect(failures.length).toBeLessThanOrEqual(rounds);
  rmSync(directory, { recursive: true });
}, 120_000);
