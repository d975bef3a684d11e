import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openEventLog } from '@muniment/eventlog-lmdb';
import { DataDirectory, MemberAccess, promptProjections, relaxedProjections, SecretEraser } from '@muniment/hosting';
import { ProjectionWork } from '@muniment/hosting/control';
import type { Configuration } from '@muniment/nest';
import { openReadModels } from '@muniment/readmodel-lmdb';
import { EnvelopeSealer, Projector } from '@muniment/runtime';
import { Failure } from './failure.js';
import type { Worker } from './worker.js';

export interface OpenWorker {
  readonly worker: Worker;
  readonly close: () => Promise<void>;
}

const projections = [...promptProjections, ...relaxedProjections];

function mustBeKept({ dataDir, memory }: Configuration, names: readonly string[]): void {
  if (memory) throw new Failure('nothing is kept: MUNIMENT_MEMORY is set');
  if (!existsSync(join(dataDir, 'event-log'))) throw new Failure(`there is no event log in \`${dataDir}\``);
  const there = projections.map(({ name }) => name);
  const unknown = names.find((name) => !there.includes(name));
  if (unknown !== undefined) throw new Failure(`there is no projection \`${unknown}\`: there are ${there.join(', ')}`);
}

/** Takes the data directory for this process, and brings its read models to the end of the log as a server would. */
export async function openDataDirectory(
  configuration: Configuration,
  names: readonly string[],
  interrupted: AbortSignal,
): Promise<OpenWorker> {
  mustBeKept(configuration, names);
  const directory = DataDirectory.open(configuration.dataDir);
  const closing: (() => unknown)[] = [() => directory.release()];
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).reverse()) await each();
  };
  try {
    const rootKey = directory.rootKey(configuration.rootKey);
    // What cannot be written fails the work itself, which says so.
    const onFailure = (): void => undefined;
    const log = await openEventLog({ path: directory.eventLog, onFailure });
    closing.push(() => log.close());
    const readModels = await openReadModels({ path: directory.readModels, onFailure });
    closing.push(() => readModels.close());
    const eraser = new SecretEraser(log.keys, new EnvelopeSealer(rootKey, log.keys));
    const wanted = projections.filter(({ name }) => names.length === 0 || names.includes(name));
    const { partition } = configuration;
    const access = new MemberAccess({ log, readModels, partition });
    const storing = async (events: Parameters<MemberAccess['seen']>[0]): Promise<void> => {
      await eraser.seen(events);
      await access.seen(events);
    };
    const projectors = wanted.map((projection) => new Projector(projection, log, readModels, { storing }));
    const stop = () => Promise.all(projectors.map((projector) => projector.stop()));
    closing.push(stop);
    // Later, work that is under way ends by itself.
    const early = (): void => void stop();
    interrupted.addEventListener('abort', early);
    await Promise.all(projectors.map((projector) => projector.start()));
    interrupted.removeEventListener('abort', early);
    const work = new ProjectionWork([{ place: 'own', readModels, projectors }], log);
    closing.push(() => work.stop());
    return { worker: workerOf(work), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const workerOf = (work: ProjectionWork): Worker => ({
  service: 'solo',
  replica: '',
  begin: async (kind, asked) => work.begin(kind, asked),
  progress: async () => work.progress(),
  cancel: async (ids) => work.cancel(ids),
});
