import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type CallSpool, SpoolFull, SpoolUnavailable } from '@muniment/runtime';

export interface OpenSpool {
  readonly spool: CallSpool;
  readonly close: () => Promise<void>;
}

const evening = new Date('2026-11-20T23:59:59.999Z');
const morning = new Date('2026-11-21T00:00:00.000Z');

/** What every spool promises. `open` makes an empty one of 1 MB. */
export function callSpoolContract(name: string, open: () => Promise<OpenSpool>): void {
  describe(`call spool: ${name}`, () => {
    let spool: CallSpool;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ spool, close } = await open());
    });
    afterEach(() => close());

    test('an empty one has nothing to read, and nothing to acknowledge', async () => {
      expect(await spool.read(10, 1000)).toBeUndefined();
      await spool.acknowledge();
      expect(spool.state).toEqual({ records: 0, bytes: 0, oldest: undefined, room: 1_000_000 });
    });

    test('records come in order, as they were, numbered on from batch to batch', async () => {
      spool.append(['{"n":0}', '{"n":"naïve 💼"}'], evening);
      spool.append(['{"n":2}'], evening);
      await spool.sync();
      const first = await spool.read(2, 1000);
      expect(first).toMatchObject({ first: 0, at: evening.toISOString(), records: ['{"n":0}', '{"n":"naïve 💼"}'] });
      await spool.acknowledge();
      expect(await spool.read(2, 1000)).toEqual({ ...first, first: 2, records: ['{"n":2}'] });
    });

    test('what is not acknowledged is read again, with what has come meanwhile', async () => {
      spool.append(['0'], evening);
      const before = await spool.read(10, 1000);
      spool.append(['1'], evening);
      expect(await spool.read(10, 1000)).toEqual({ ...before, records: ['0', '1'] });
    });

    test('only what was read is acknowledged, and once', async () => {
      spool.append(['0'], evening);
      await spool.read(10, 1000);
      spool.append(['1', '2'], evening);
      await spool.acknowledge();
      await spool.acknowledge();
      expect(await spool.read(10, 1000)).toMatchObject({ first: 1, records: ['1', '2'] });
    });

    test('a batch is no larger than asked for, but one record is always there', async () => {
      spool.append(['a'.repeat(10), 'b'.repeat(10), 'c'.repeat(100_000), 'd'], evening);
      const sizes: number[][] = [];
      for (let batch = await spool.read(3, 25); batch; batch = await spool.read(3, 25)) {
        sizes.push(batch.records.map(({ length }) => length));
        await spool.acknowledge();
      }
      expect(sizes).toEqual([[10, 10], [100_000], [1]]);
    });

    test('a batch is of one day', async () => {
      spool.append(['0'], evening);
      spool.append(['1'], morning);
      expect(await spool.read(10, 1000)).toMatchObject({ at: evening.toISOString(), records: ['0'] });
      await spool.acknowledge();
      expect(await spool.read(10, 1000)).toMatchObject({ first: 1, at: morning.toISOString(), records: ['1'] });
    });

    test('it tells how much waits, and since when', async () => {
      spool.append(['0', '1'], evening);
      spool.append(['2'], morning);
      expect(spool.state).toMatchObject({ records: 3, oldest: evening });
      const { bytes } = spool.state;
      expect(bytes).toBeGreaterThanOrEqual(3);
      await spool.read(2, 1000);
      await spool.acknowledge();
      expect(spool.state).toMatchObject({ records: 1, oldest: morning });
      expect(spool.state.bytes).toBeLessThan(bytes);
      await spool.read(2, 1000);
      await spool.acknowledge();
      expect(spool.state).toMatchObject({ records: 0, bytes: 0, oldest: undefined });
    });

    test('a full one refuses all of an append, keeps what it has, and takes more when that is delivered', async () => {
      const record = 'x'.repeat(10_000);
      let taken = 0;
      const fill = () => {
        for (; ; taken++) spool.append([record], evening);
      };
      expect(fill).toThrow(SpoolFull);
      expect(taken).toBeGreaterThan(90);
      expect(() => spool.append(Array(taken).fill(record), evening)).toThrow(SpoolFull);
      expect(spool.state.records).toBe(taken);
      expect(spool.state.room).toBeLessThan(11_000);
      for (let batch = await spool.read(50, 1e6); batch; batch = await spool.read(50, 1e6)) await spool.acknowledge();
      expect(spool.state.records).toBe(0);
      spool.append([record], evening);
      expect(await spool.read(10, 1e6)).toMatchObject({ first: taken, records: [record] });
    });

    test('a closed one takes nothing', async () => {
      spool.append(['0'], evening);
      await spool.close();
      expect(() => spool.append(['1'], evening)).toThrow(SpoolUnavailable);
      await expect(spool.sync()).rejects.toBeInstanceOf(SpoolUnavailable);
    });
  });
}
