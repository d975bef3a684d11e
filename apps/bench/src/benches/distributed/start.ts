import { median } from '../../driver/load.js';
import type { Options } from '../../options.js';
import { withInstallation, withPlatform } from '../../server/running.js';
import type { Row, Table } from '../../table.js';
import type { Bench } from '../bench.js';
import { logNames } from './log-names.js';

const columns: Table['columns'] = [
  { key: 'service', heading: 'service' },
  { key: 'cpu', heading: 'CPU ms until ready' },
  { key: 'least', heading: 'least' },
  { key: 'resident', heading: 'resident MB' },
  { key: 'anonymous', heading: 'of it no file' },
];

interface Started {
  readonly service: string;
  readonly cpu: number;
  readonly resident: number;
  readonly anonymous: number;
}

async function run(options: Options): Promise<readonly Table[]> {
  return withInstallation(1, async (installation) => {
    // The first start makes the account, too.
    await withPlatform(installation, options, () => Promise.resolve());
    const started: Started[] = [];
    const ready: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      await withPlatform(installation, options, (platform) => {
        ready.push(platform.readyAfter / 1000);
        const { memory } = platform;
        for (const { service, startCpu } of platform.listening) {
          const { resident = 0, anonymous = 0 } = memory.find(({ name }) => name === service) ?? {};
          started.push({ service, cpu: startCpu / 1000, resident, anonymous });
        }
        return Promise.resolve();
      });
    }
    const services = [...new Set(started.map(({ service }) => service))].sort();
    const title = `start of each service, without data; log: ${logNames[options.log]}; median of ${options.rounds}`;
    const all = `all ready after ${median(ready).toFixed(1)} s, started at the same time`;
    return [{ title, columns, rows: services.map((service) => row(service, started)), notes: [all] }];
  });
}

function row(service: string, all: readonly Started[]): Row {
  const started = all.filter((each) => each.service === service);
  const middle = (figure: (each: Started) => number) => median(started.map(figure));
  return {
    service,
    cpu: middle(({ cpu }) => cpu),
    least: Math.min(...started.map(({ cpu }) => cpu)),
    resident: middle(({ resident }) => resident),
    anonymous: middle(({ anonymous }) => anonymous),
  };
}

/** What a start of each service costs. */
export const distributedStart: Bench = { name: 'start', run };
