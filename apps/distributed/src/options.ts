import { parseArgs } from 'node:util';
import { type ServiceName, serviceNames } from '@muniment/hosting/services';

export const usage = `usage: npm run start:distributed [-- --replicas gateway=2,decisions=2]

  starts the six services as processes of this machine; settings come from MUNIMENT_* in the environment.
  NATS and Redis are started as well, unless MUNIMENT_NATS_URL and MUNIMENT_REDIS_URL say where they are;
  the event log is EventStoreDB at MUNIMENT_EVENTSTOREDB_URL, else a file in the data directory.

  --replicas   how many of which service; one of each otherwise`;

const most = 16;

/** How many replicas of each service are asked for on the command line; undefined: only help is. */
export function readReplicas(argv: readonly string[]): ReadonlyMap<ServiceName, number> | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: { replicas: { type: 'string', default: '' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return undefined;
  const replicas = new Map<ServiceName, number>(serviceNames.map((name) => [name, 1]));
  for (const entry of values.replicas.split(',').filter(Boolean)) {
    const [name, count = ''] = entry.split('=');
    const service = serviceNames.find((each) => each === name);
    if (!service) throw new Error(`there is no service \`${name}\`: there are ${serviceNames.join(', ')}`);
    if (!/^\d{1,2}$/.test(count) || Number(count) < 1 || Number(count) > most) {
      throw new Error(`\`${entry}\` does not say how many replicas: 1 to ${most}`);
    }
    replicas.set(service, Number(count));
  }
  return replicas;
}
