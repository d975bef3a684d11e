import { expect, test } from '@jest/globals';
import { type Position, streamNameFilter } from '@kurrent/kurrentdb-client';
import { all, connected, fresh, heard, noted, numberOf, numbers, soon } from './connected.testing.js';

const { double, connect } = connected();

test('events of a transaction share their commit and come after what was written between', async () => {
  const client = connect();
  const prefix = fresh('tx');
  const filter = streamNameFilter({ prefixes: [prefix] });
  const said = heard(client.subscribeToAll({ filter }));
  const transaction = double.transaction(`${prefix}-a`);
  transaction.prepare({ type: 'Noted', data: { n: 1 } });
  await client.appendToStream(`${prefix}-b`, noted(0));
  transaction.prepare({ type: 'Noted', data: { n: 2 } }, { type: 'Noted', data: { n: 3 } });
  expect(await numbers(client.readAll({ filter }))).toEqual([0]);
  await transaction.commit();
  await client.appendToStream(`${prefix}-b`, noted(4));

  const events = await all(client.readAll({ filter }));
  expect(events.map(numberOf)).toEqual([0, 1, 2, 3, 4]);
  const positions = events.map(({ event }) => event?.position as Position);
  const [between, ...shared] = positions.slice(0, 4) as [Position, Position, Position, Position];
  expect(new Set(shared.map(({ commit }) => commit)).size).toBe(1);
  expect(shared[0]?.prepare).toBeLessThan(between.prepare);
  expect(shared[0]?.commit).toBeGreaterThan(between.commit);
  await soon(() => expect(said.numbers).toEqual([0, 1, 2, 3, 4]));

  const second = shared[1] as Position;
  expect(await numbers(client.readAll({ filter, fromPosition: second }))).toEqual([2, 3, 4]);
  const byCommitAlone = { commit: second.commit, prepare: second.commit };
  expect(await numbers(client.readAll({ filter, fromPosition: byCommitAlone }))).toEqual([4]);
  const after = heard(client.subscribeToAll({ filter, fromPosition: second }));
  await soon(() => expect(after.numbers).toEqual([3, 4]));
  expect(await numbers(client.readStream(`${prefix}-a`))).toEqual([1, 2, 3]);
});
