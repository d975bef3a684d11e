import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  eventTypeFilter,
  type Filter,
  jsonEvent,
  StreamNotFoundError,
  streamNameFilter,
} from '@kurrent/kurrentdb-client';
import { all, connected, fresh, notes, numberOf, numbers } from './connected.testing.js';

const { double, connect } = connected();

describe('a stream', () => {
  const stream = fresh();
  beforeAll(async () => {
    await connect().appendToStream(stream, notes(5));
  });

  test.each([
    ['from its start', {}, [0, 1, 2, 3, 4]],
    ['from a revision', { fromRevision: 3n }, [3, 4]],
    ['so many', { fromRevision: 1n, maxCount: 2 }, [1, 2]],
    ['from beyond its end', { fromRevision: 9n }, []],
    ['backwards', { direction: 'backwards', fromRevision: 'end' }, [4, 3, 2, 1, 0]],
    ['backwards from a revision', { direction: 'backwards', fromRevision: 2n }, [2, 1, 0]],
    ['its last', { direction: 'backwards', fromRevision: 'end', maxCount: 1 }, [4]],
    ['backwards from beyond its end', { direction: 'backwards', fromRevision: 9n, maxCount: 2 }, [4, 3]],
  ] as const)('is read %s', async (_, options, expected) => {
    expect(await numbers(connect().readStream(stream, options))).toEqual(expected);
  });

  test('that is not there is said to be not there', async () => {
    await expect(all(connect().readStream(fresh()))).rejects.toThrow(StreamNotFoundError);
  });

  test('of thousands of events comes whole', async () => {
    const long = fresh();
    const client = connect();
    for (let part = 0; part < 3; part++) await client.appendToStream(long, notes(500));
    expect(await all(client.readStream(long))).toHaveLength(1500);
  });
});

describe('all streams', () => {
  const [red, blue] = [fresh('red'), fresh('blue')];
  beforeAll(async () => {
    for (let n = 0; n < 20; n++) {
      await connect().appendToStream(n % 2 ? red : blue, jsonEvent({ type: n < 10 ? 'Early' : 'Late', data: { n } }));
    }
  });
  const every = Array.from({ length: 20 }, (_, n) => n);
  const ours = (filter?: Omit<Filter, 'checkpointInterval'>, more = {}) =>
    numbers(connect().readAll({ ...more, filter: (filter ?? streamNameFilter({ prefixes: [red, blue] })) as Filter }));

  test('are read in the order of their positions, which have gaps and stand above 0', async () => {
    const positions = (await all(connect().readAll())).map(({ event }) => event?.position?.commit as bigint);
    expect(positions[0]).toBeGreaterThan(0n);
    expect(positions).toEqual([...positions].sort((a, b) => Number(a - b)));
    expect(new Set(positions).size).toBe(positions.length);
    const types = (await all(connect().readAll())).map(({ event }) => event?.type);
    expect(types).toContain('$statsCollected');
  });

  test.each([
    ['names that begin so', streamNameFilter({ prefixes: [red] }), every.filter((n) => n % 2 === 1)],
    ['names that look so', streamNameFilter({ regex: `^(${red}|${blue})$` }), every],
    ['types that begin so', eventTypeFilter({ prefixes: ['Ear', 'None'] }), every.filter((n) => n < 10)],
    ['types that look so', eventTypeFilter({ regex: '^[LM]ate$' }), every.filter((n) => n >= 10)],
  ])('are filtered by %s', async (_, filter, expected) => {
    expect(await ours(filter)).toEqual(expected);
    expect(await ours(filter, { direction: 'backwards', fromPosition: 'end' })).toEqual([...expected].reverse());
  });

  test('are read from a position on with it, and backwards without it', async () => {
    const events = await all(connect().readAll({ filter: streamNameFilter({ prefixes: [red, blue] }) }));
    const position = events[12]?.event?.position as { commit: bigint; prepare: bigint };
    expect(await ours(undefined, { fromPosition: position })).toEqual(every.slice(12));
    const backwards = { fromPosition: position, direction: 'backwards' };
    expect(await ours(undefined, backwards)).toEqual(every.slice(0, 12).reverse());
    expect(await ours(undefined, { fromPosition: position, maxCount: 3 })).toEqual([12, 13, 14]);
  });

  test('from the end on there is nothing', async () => {
    const end = BigInt(double.end);
    expect(await ours(undefined, { fromPosition: { commit: end, prepare: end } })).toEqual([]);
    const beyond = end + 1_000_000n;
    expect(await ours(undefined, { fromPosition: { commit: beyond, prepare: beyond } })).toEqual([]);
  });

  test('cannot be read from within a record', async () => {
    const [first] = await all(connect().readAll({ maxCount: 1 }));
    const commit = (first?.event?.position?.commit as bigint) + 1n;
    await expect(ours(undefined, { fromPosition: { commit, prepare: commit } })).rejects.toThrow(/invalid position/);
  });

  test('the newest event is the first backwards', async () => {
    const stream = fresh();
    await connect().appendToStream(stream, notes(3));
    const back = connect().readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 2 });
    expect((await all(back)).filter(({ event }) => event?.streamId === stream).map(numberOf)).toContain(2);
  });

  test('what the client reads from the end forwards, it reads backwards', async () => {
    const client = connect();
    const prefix = fresh('end');
    await client.appendToStream(prefix, notes(3));
    const filter = streamNameFilter({ prefixes: [prefix] });
    expect(await numbers(client.readAll({ fromPosition: 'end', direction: 'forwards', filter }))).toEqual([2, 1, 0]);
  });
});
