import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KurrentDBClient, NotLeaderError } from '@kurrent/kurrentdb-client';
import { all, connected, fresh, noted, notes, numbers, soon } from './connected.testing.js';
import { EventStoreDouble } from './eventstore-double.js';

describe('a cluster of two', () => {
  const { double: follower, connect } = connected();
  const leader = new EventStoreDouble();
  beforeAll(() => leader.start());
  afterAll(() => leader.stop());
  const endpoint = () => ({ address: '127.0.0.1', port: leader.port });

  test.each([{}, { credentials: { username: 'admin', password: 'changeit' } }])(
    'an append to a follower is refused and goes to the leader next (%p)',
    async (way) => {
      const client = connect();
      const stream = fresh();
      await client.appendToStream(stream, noted(0), way);
      follower.faults.notLeader(endpoint());
      const refused = client.appendToStream(stream, noted(1), way).catch((error: unknown) => error);
      expect(await refused).toBeInstanceOf(NotLeaderError);
      expect(await refused).toMatchObject({ leader: endpoint() });
      await soon(async () => void (await client.appendToStream(stream, noted(2), way)));
      expect(follower.events().filter((event) => event.stream === stream)).toHaveLength(1);
      expect(leader.events().filter((event) => event.stream === stream)).toHaveLength(1);
    },
  );

  test('a read that wants the leader is refused by a follower, others are not', async () => {
    const client = connect('&discoveryInterval=20&nodePreference=follower');
    const stream = fresh();
    await client.appendToStream(stream, notes(2));
    await leader.append(stream, [{ type: 'Noted', data: { n: 'at the leader' } }]);
    follower.faults.notLeader(endpoint());
    expect(await numbers(client.readStream(stream))).toEqual([0, 1]);
    await expect(all(client.readStream(stream, { requiresLeader: true }))).rejects.toThrow(NotLeaderError);
    await soon(async () => expect(await numbers(client.readStream(stream))).toEqual(['at the leader']));
  });

  test('discovery finds the leader by gossip', async () => {
    follower.faults.notLeader(endpoint());
    const seeds = `127.0.0.1:${follower.port},127.0.0.1:${follower.port}`;
    const client = KurrentDBClient.connectionString(
      `kurrentdb://${seeds}?tls=false&discoveryInterval=20&nodePreference=leader`,
    );
    const stream = fresh();
    await client.appendToStream(stream, noted(7));
    expect(leader.events().some((event) => event.stream === stream)).toBe(true);
    expect(await numbers(client.readStream(stream))).toEqual([7]);
    await client.dispose();
  });
});

describe('a server of 20.10', () => {
  const { double, connect } = connected({ release: '20.10' });

  test('is written to and read from without batches and server features', async () => {
    const client = connect();
    const stream = fresh();
    const appended = await client.appendToStream(stream, notes(3), { streamState: 'no_stream' });
    expect(appended.nextExpectedRevision).toBe(2n);
    expect(await numbers(client.readStream(stream))).toEqual([0, 1, 2]);
    expect(double.events().filter((event) => event.stream === stream)).toHaveLength(3);
  });
});
