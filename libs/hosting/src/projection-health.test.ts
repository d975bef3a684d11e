import { expect, test } from '@jest/globals';
import { Metrics } from '@muniment/nest';
import type { Following } from '@muniment/runtime';
import { pino } from 'pino';
import { followingChecks, stalledLogged, watchProjection } from './projection-health.js';

const following = (role: Following['role'], more: Partial<Following> = {}): Following => ({
  projection: { name: 'directory' },
  position: role === 'local' ? 7 : 3,
  floor: 0,
  failure: undefined,
  stalled: undefined,
  parked: new Map() as Following['parked'],
  role,
  reached: () => true,
  start: async () => undefined,
  stop: async () => undefined,
  ...more,
});

const log = { head: async () => 10, onAppended: () => () => undefined };

test('a process that follows a projection twice tells of both: of the rows that all share, and of its own', async () => {
  const metrics = new Metrics();
  for (const role of ['watches', 'local'] as const) watchProjection(metrics, following(role), log);
  await Promise.resolve();
  const text = await metrics.registry.metrics();
  const figure = (name: string, rows: string) =>
    new RegExp(`^muniment_projection_${name}\\{projection="directory",rows="${rows}"\\} (\\d+)$`, 'm').exec(text)?.[1];
  expect([figure('position', 'shared'), figure('lag', 'shared')]).toEqual(['3', '7']);
  expect([figure('position', 'own'), figure('lag', 'own')]).toEqual(['7', '3']);
  expect([figure('watches', 'shared'), figure('watches', 'own')]).toEqual(['1', '0']);
});

test('readiness names both, too', () => {
  const names = followingChecks([following('watches'), following('local')], 10).map(({ name }) => name);
  expect(names).toEqual(['read model directory (watches)', 'read model directory']);
});

test('rows that are being made again, or were never reached, are no health', () => {
  const unreached = following('watches', { position: 0, floor: Number.POSITIVE_INFINITY });
  expect(followingChecks([unreached], 10)).toMatchObject([{ ok: false, dispensable: true, detail: { ready: false } }]);
});

test('what is waited for is logged once it is worth a line, with the reason that is known by then', async () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ base: undefined }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const since = new Date();
  const waiting = { stalled: { since, why: 'not tried yet' } };
  const back = { stalled: { since, why: 'for a moment' } as Following['stalled'] };
  const one = following('watches');
  const other = following('local');
  stalledLogged(logger, () => ({ ...one, ...waiting }))();
  stalledLogged(logger, () => ({ ...other, ...back }))();
  waiting.stalled = { since, why: 'WRONGPASS' };
  back.stalled = undefined;
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(lines).toEqual([
    expect.objectContaining({ level: 40, projection: 'directory', role: 'watches', why: 'WRONGPASS' }),
  ]);
});
