import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Metrics, readConfiguration } from '@muniment/nest';
import { pino } from 'pino';
import { closeParts, openParts } from './parts.js';

test('a bus that is not there at the start is told of, and why', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'muniment-parts-'));
  const lines: Record<string, unknown>[] = [];
  try {
    const parts = await openParts({
      name: 'decisions',
      // Port 1 of this machine: nobody listens there.
      configuration: readConfiguration({ MUNIMENT_DATA_DIR: dataDir, MUNIMENT_NATS_URL: 'nats://127.0.0.1:1' }),
      logger: pino({ base: undefined }, { write: (line: string) => lines.push(JSON.parse(line)) }),
      metrics: new Metrics(),
      failed: (error) => {
        throw error;
      },
      status: () => undefined,
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 40, msg: 'the bus is away', reason: expect.stringContaining('refused') }),
    );
    await closeParts(parts);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
