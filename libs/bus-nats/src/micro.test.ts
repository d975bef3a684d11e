import { beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { startNats } from '@muniment/testing';
import { busesOn } from './buses.testing.js';
import { askServices, openNats } from './index.js';

let url = '';
const open = busesOn(() => url);

beforeAll(async () => {
  ({ url } = await startNats());
});

/** Shapes of NATS's ADR-32, "Service API", and of the schemas io.nats.micro.v1.* that its own tools check. */
const id = expect.stringMatching(/^\w{22}$/);
const identity = { name: 'directory', id, version: '1.2.3', metadata: { replica: 'a' } };
const whole = expect.any(Number);

const service = (stats?: () => unknown) => ({
  name: 'directory',
  version: '1.2.3',
  description: 'users and policies',
  metadata: { replica: 'a' },
  ...(stats && { stats }),
});

describe('NATS micro', () => {
  test('answers PING, INFO and STATS in its shapes', async () => {
    const bus = await open('directory', { service: service(() => ({ lag: 3 })), onError: () => undefined });
    await bus.respond('muniment.directory', async (_, n: number) => {
      if (n === 0) throw new Error('secret of the inside');
      return n;
    });
    for (const n of [1, 2, 0]) await bus.request('muniment.directory.X', n).catch(() => undefined);
    const raw = await connect({ servers: [url] });
    const ask = async (subject: string): Promise<unknown> => (await raw.request(subject)).json();
    const ping = { type: 'io.nats.micro.v1.ping_response', ...identity };
    const endpoint = { name: 'directory', subject: 'muniment.directory.*', queue_group: 'muniment.directory' };
    expect(await ask('$SRV.PING')).toEqual(ping);
    expect(await ask('$SRV.PING.directory')).toEqual(ping);
    const { id: instance } = (await ask('$SRV.PING')) as { id: string };
    expect(await ask(`$SRV.PING.directory.${instance}`)).toEqual({ ...ping, id: instance });
    expect(await ask('$SRV.INFO')).toEqual({
      type: 'io.nats.micro.v1.info_response',
      ...identity,
      description: 'users and policies',
      endpoints: [{ ...endpoint, metadata: {} }],
    });
    const stats = (await ask('$SRV.STATS.directory')) as { endpoints: Record<string, number>[] };
    expect(stats).toEqual({
      type: 'io.nats.micro.v1.stats_response',
      ...identity,
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: { lag: 3 },
      endpoints: [
        {
          ...endpoint,
          num_requests: 3,
          num_errors: 1,
          last_error: '500: the service failed',
          processing_time: whole,
          average_processing_time: whole,
          data: { lag: 3 },
        },
      ],
    });
    const [{ processing_time: total = 0, average_processing_time: average = 0 } = {}] = stats.endpoints;
    expect(Number.isInteger(total) && Number.isInteger(average)).toBe(true);
    expect(total).toBeGreaterThan(0);
    expect(Math.abs(total / 3 - average)).toBeLessThan(1);
    await expect(ask('$SRV.PING.other')).rejects.toThrow('no responders');
    await raw.close();
  });

  test('all instances of a service are asked, or all services', async () => {
    const asker = await open('cli');
    expect(await askServices(asker, 'PING', 'directory', 2000)).toEqual([]);
    for (const name of ['directory', 'directory', 'sts'])
      await open(name, { service: { name, version: '1.0.0', description: '' } });
    const names = async (name?: string) =>
      (await askServices(asker, 'INFO', name, 300)).map((answer) => (answer as { name: string }).name);
    expect(await names('directory')).toEqual(['directory', 'directory']);
    expect((await names()).toSorted()).toEqual(['directory', 'directory', 'sts']);
    expect(new Set((await askServices(asker, 'PING')).map((answer) => (answer as { id: string }).id)).size).toBe(3);
  });

  test('a service whose figures cannot be had says so and answers', async () => {
    const stats = () => {
      throw new Error('no rows yet');
    };
    const bus = await open('directory', { service: service(stats) });
    expect(await askServices(bus, 'STATS', 'directory', 200)).toEqual([
      expect.objectContaining({ endpoints: [], data: { unavailable: 'no rows yet' } }),
    ]);
  });

  test.each([
    ['dir.ectory', '1.2.3', 'not a name of a NATS micro service: `dir.ectory`'],
    ['directory', '1.2', 'not a semantic version: `1.2`'],
  ])('%s %s is refused', async (name, version, message) => {
    await expect(openNats({ url, name: 'x', service: { name, version, description: '' } })).rejects.toThrow(message);
  });
});
