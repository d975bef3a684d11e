import { expect, test } from '@jest/globals';
import type { Check } from '@muniment/nest';
import { statusTable } from './status-table.js';

const following = (name: string, detail: object): Check => ({
  name: `read model ${name}`,
  ok: true,
  detail: { role: 'folds', ready: true, position: 90, lag: 0, parked: 0, ...detail },
});

test('each read model has a line, whatever is not well a note, and a service without replicas is there too', () => {
  const shown = statusTable({
    state: 'unavailable',
    missing: ['sts'],
    replicas: [
      {
        service: 'gateway',
        replica: '1',
        state: 'ok',
        checks: [
          { name: 'log', ok: true, detail: { position: 90 } },
          { name: 'bus', ok: true },
          following('signing-keys', { role: 'follows' }),
          { name: 'spool', ok: true, detail: { records: 3, bytes: 1200, oldest: '2026-11-22T10:00:00.000Z' } },
        ],
      },
      {
        service: 'directory',
        replica: '1',
        state: 'degraded',
        checks: [
          { name: 'log', ok: false, dispensable: true, detail: { position: null } },
          following('directory (folds)', { lag: 12, stalledSince: '2026-11-22T10:00:00.000Z', stalledBy: 'no log' }),
          following('platform (watches)', { role: 'watches', ready: false, parked: 2, lag: undefined }),
        ],
      },
    ],
  });
  expect(shown).toBe(
    `
SERVICE    REPLICA  STATE     READ MODEL    ROLE     POSITION  LAG  NOTE
gateway    1        ok        signing-keys  follows  90        0
                              spool                                 3 call records wait, 1200 bytes, since 2026-11-22T10:00:00.000Z
directory  1        degraded                                        log is not well
                              directory     folds    90        12   stalled since 2026-11-22T10:00:00.000Z: no log
                              platform      watches  90        ?    being made again; accounts parked: 2
sts                 missing                                         no replica answers
`.trim(),
  );
});
