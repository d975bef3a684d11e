import { serviceNames } from '@muniment/hosting/control';
import type { Configuration, HealthStatus } from '@muniment/nest';
import type { StatusCommand } from './arguments.js';
import { exitCodes } from './failure.js';
import { openOperatorBus } from './operator-bus.js';
import { findReplicas } from './replicas.js';
import { askServer, type Standing } from './solo-health.js';
import { statusTable } from './status-table.js';

export interface Report {
  /** The worst that there is. */
  readonly state: HealthStatus;
  readonly replicas: readonly Standing[];
  /** Services of which no replica was found. */
  readonly missing: readonly string[];
}

const worst = (states: readonly HealthStatus[]): HealthStatus =>
  (['unavailable', 'degraded'] as const).find((state) => states.includes(state)) ?? 'ok';

async function reportOf(configuration: Configuration): Promise<Report> {
  if (configuration.natsUrl === undefined) {
    const standing = await askServer(configuration);
    return { state: standing.state, replicas: [standing], missing: [] };
  }
  const bus = await openOperatorBus(configuration);
  try {
    const replicas = await findReplicas(bus);
    const missing = serviceNames.filter((name) => !replicas.some(({ service }) => service === name));
    const states = replicas.map(({ state }) => state);
    return { state: worst(missing.length > 0 ? [...states, 'unavailable'] : states), replicas, missing };
  } finally {
    await bus.close();
  }
}

/** `muniment status`: how everything stands; the exit code says whether it stands well. */
export async function status({ json }: StatusCommand, configuration: Configuration): Promise<number> {
  const report = await reportOf(configuration);
  process.stdout.write(`${json ? JSON.stringify(report) : statusTable(report)}\n`);
  return report.state === 'ok' ? exitCodes.well : exitCodes.unwell;
}
