import { type ServiceName, serviceNames } from '@muniment/hosting/control';
import type { Configuration } from '@muniment/nest';
import type { ProjectionCommand } from './arguments.js';
import { exitCodes, Failure } from './failure.js';
import { openOperatorBus } from './operator-bus.js';
import { findReplicas } from './replicas.js';
import { lines, terminal } from './screen.js';
import { isWell } from './task.js';
import { work } from './work.js';
import { replicaAsWorker, type Worker } from './worker.js';

/** Services that keep read models: the gateway keeps none. */
const keepingServices: readonly ServiceName[] = serviceNames.filter((name) => name !== 'gateway');

interface Crew {
  readonly workers: readonly Worker[];
  /** Services that should be among them and are not. */
  readonly missing: readonly string[];
  readonly close: () => Promise<void>;
}

async function crewOf(
  { services, projections }: ProjectionCommand,
  configuration: Configuration,
  interrupted: AbortSignal,
): Promise<Crew> {
  if (configuration.natsUrl === undefined) {
    if (services.length > 0)
      throw new Failure('`--service` is for services: MUNIMENT_NATS_URL does not say where they are');
    const { openDataDirectory } = await import('./data-directory-worker.js');
    const { worker, close } = await openDataDirectory(configuration, projections, interrupted);
    return { workers: [worker], missing: [], close };
  }
  const wanted = services.length > 0 ? services : keepingServices;
  const bus = await openOperatorBus(configuration);
  const replicas = (await findReplicas(bus)).filter(({ service }) => wanted.includes(service));
  return {
    workers: replicas.map((replica) => replicaAsWorker(bus, replica)),
    missing: wanted.filter((name) => !replicas.some(({ service }) => service === name)),
    close: () => bus.close(),
  };
}

/** Ends soon when it is told to, and at once when it is told twice. */
function onInterrupt(): AbortController {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  return interrupt;
}

const tell = (text: string): void => void process.stderr.write(`muniment: ${text}\n`);

/** `muniment projection verify|rebuild`: the exit code says whether all is well, or was made well. */
export async function projection(command: ProjectionCommand, configuration: Configuration): Promise<number> {
  const { kind, json, projections } = command;
  const { signal: interrupted } = onInterrupt();
  const { workers, missing, close } = await crewOf(command, configuration, interrupted);
  try {
    const screen = (json || !process.stdout.isTTY ? lines : terminal)(process.stdout);
    const named = projections.length > 0 ? projections : undefined;
    const tasks = await work({ kind, workers, projections: named, screen, interrupted });
    for (const service of missing) tell(`no replica of service \`${service}\` answers: its read models were left out`);
    if (tasks.length === 0 && missing.length === 0) throw new Failure(nothingKept(command));
    screen.end(tasks);
    if (interrupted.aborted && tasks.some(({ status: { state } }) => state !== 'done')) {
      tell('interrupted: what was made stays, and the same command goes on from there');
      return exitCodes.interrupted;
    }
    return tasks.every(isWell) && missing.length === 0 ? exitCodes.well : exitCodes.unwell;
  } finally {
    await close();
  }
}

function nothingKept({ services, projections }: ProjectionCommand): string {
  const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const who = services.length > 0 ? `service ${quoted(services)}` : 'any service';
  const what = projections.length > 0 ? `projection ${quoted(projections)}` : 'read models';
  return `no rows of ${what} are kept by ${who}: \`muniment status\` says what there is`;
}
