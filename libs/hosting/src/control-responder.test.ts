import { expect, test } from '@jest/globals';
import { InProcessBus } from '@muniment/bus-inprocess';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { Projector } from '@muniment/runtime';
import { promptProjections } from './contexts.js';
import { type Begun, controlPrefix, ProjectionWork, type ReplicaStatus, type WorkStatus } from './control.js';
import { respondToControl } from './control-responder.js';

const status: ReplicaStatus = { service: 'decisions', replica: '1', state: 'ok', checks: [] };

async function replica() {
  const log = new MemoryEventLog();
  const readModels = new MemoryReadModels();
  const projectors = promptProjections.map((projection) => new Projector(projection, log, readModels));
  await Promise.all(projectors.map((projector) => projector.start()));
  const work = new ProjectionWork([{ place: 'own', readModels, projectors }], log);
  const bus = new InProcessBus();
  await respondToControl({ bus, name: 'decisions', replica: '1' }, async () => status, work);
  return <Answer>(operation: string, asked: object = {}): Promise<Answer> =>
    bus.request<object, Answer>(`${controlPrefix('decisions', '1')}.${operation}`, asked);
}

test('a replica is asked by its own name', async () => {
  const ask = await replica();
  expect(await ask('Status')).toEqual(status);
  await expect(ask('Toggle')).rejects.toThrow('there is no control operation `Toggle`');
  await expect(ask('toString')).rejects.toThrow('there is no control operation `toString`');
});

test('work is begun, looked at and cancelled from afar', async () => {
  const ask = await replica();
  const begun = (await ask<Begun[]>('Rebuild', { projections: ['directory', 'platform'] })) as { id: string }[];
  const [first, second] = begun.map(({ id }) => id);
  await ask('Cancel', { ids: [second] });
  for (let open = true; open; ) {
    const statuses = await ask<WorkStatus[]>('Progress');
    open = statuses.some(({ state }) => state === 'waiting' || state === 'running');
    if (open) continue;
    expect(statuses).toMatchObject([
      { id: first, kind: 'rebuild', state: 'done', result: { equal: true, replaced: true } },
      { id: second, kind: 'rebuild', state: 'ended' },
    ]);
  }
  expect(await ask<Begun[]>('Verify')).toHaveLength(promptProjections.length);
});
