import { auditOperations, callRecords, type CallFacts, lastUsed } from '@muniment/audit';
import { services } from '@muniment/aws-model';
import { markersOf } from '@muniment/aws-wire';
import { InProcessBus } from '@muniment/bus-inprocess';
import { credentials, credentialsOperations } from '@muniment/credentials';
import { Decisions } from '@muniment/decisions';
import { directory, directoryOperations, platform } from '@muniment/directory';
import { LmdbEventLog, openEventLog } from '@muniment/eventlog-lmdb';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { DerivedKeys, Gateway } from '@muniment/gateway';
import type { Aggregate, Change } from '@muniment/kernel';
import type { Check, Configuration, Metrics } from '@muniment/nest';
import { openReadModels } from '@muniment/readmodel-lmdb';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import {
  callHistory,
  type Context,
  EnvelopeSealer,
  type EventLog,
  type Keys,
  patience,
  type Projection,
  Projector,
  type ReadModels,
  Recorder,
  randomIds,
  type Request,
  RowsOf,
  ContextHost,
  sourcesFor,
  systemClock,
} from '@muniment/runtime';
import { stsOperations } from '@muniment/sts';
import { createHmac, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { DataDirectory } from './data-directory.js';
import { FirstStart, type MadeCredentials } from './first-start.js';
import { keepCredentials } from './root-credentials.js';

interface Stores {
  readonly directory: DataDirectory | undefined;
  readonly log: EventLog;
  readonly keys: Keys;
  readonly readModels: ReadModels;
  readonly rootKey: Buffer;
}

/** Every context there is, each with what it writes. */
const contexts: readonly Context[] = [
  { name: 'directory', operations: directoryOperations, aggregates: [directory, platform] as unknown as Aggregate[] },
  { name: 'credentials', operations: credentialsOperations, aggregates: [credentials] as unknown as Aggregate[] },
  { name: 'sts', operations: stsOperations, aggregates: [] },
  { name: 'audit', operations: auditOperations, aggregates: [] },
];

/** Projections that answers wait for, and those that may lag behind. */
const prompt = [directory, platform, credentials] as unknown as Projection[];
const relaxed = [lastUsed] as unknown as Projection[];

const memoryKeys = (): Keys => {
  const keys = new Map<string, string>();
  return {
    get: (id) => keys.get(id),
    put: async (id, wrapped) => void keys.set(id, wrapped),
    remove: async (id) => void keys.delete(id),
  };
};

async function openStores(configuration: Configuration, failed: (error: unknown) => void): Promise<Stores> {
  if (configuration.memory) {
    const rootKey = configuration.rootKey ? Buffer.from(configuration.rootKey, 'base64') : randomBytes(32);
    const log = new MemoryEventLog();
    return { directory: undefined, log, keys: memoryKeys(), readModels: new MemoryReadModels(), rootKey };
  }
  const directory = DataDirectory.open(configuration.dataDir);
  try {
    const rootKey = directory.rootKey(configuration.rootKey);
    const log: LmdbEventLog = await openEventLog({ path: directory.eventLog, onFailure: failed });
    const readModels = await openReadModels({ path: directory.readModels, onFailure: failed });
    return { directory, log, keys: log.keys, readModels, rootKey };
  } catch (error) {
    directory.release();
    throw error;
  }
}

export interface SoloOptions {
  readonly configuration: Configuration;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when nothing can be written any more: the process should end. */
  readonly failed: (error: unknown) => void;
}

/** All of Muniment in one process: every context over one log, one set of read models and a bus of direct calls. */
export class Solo {
  readonly gateway: Gateway;
  readonly accountId: string;
  /** Root credentials that this start has made. */
  readonly made: MadeCredentials | undefined;
  readonly #stores: Stores;
  readonly #projectors: readonly Projector[];
  readonly #recorder: Recorder<CallFacts, unknown>;
  readonly #bus: InProcessBus;

  static async open(options: SoloOptions): Promise<Solo> {
    const stores = await openStores(options.configuration, options.failed);
    try {
      const sealer = new EnvelopeSealer(stores.rootKey, stores.keys);
      await sealer.prove();
      const keep = (made: MadeCredentials) => keepCredentials(stores.directory, made);
      const parts = { ...stores, sealer, ids: randomIds, now: () => systemClock.now(), keep };
      const { accountId, made } = await new FirstStart(parts).run(options.configuration);
      const solo = new Solo(options, stores, sealer, accountId, made);
      await Promise.all(solo.#projectors.map((projector) => projector.start()));
      await solo.#serve();
      return solo;
    } catch (error) {
      stores.directory?.release();
      throw error;
    }
  }

  readonly #services: readonly ContextHost[];

  private constructor(
    { configuration, logger, metrics, failed }: SoloOptions,
    stores: Stores,
    sealer: EnvelopeSealer,
    accountId: string,
    made: MadeCredentials | undefined,
  ) {
    const { log, readModels } = stores;
    const { partition, signatureWindowSeconds: windowSeconds } = configuration;
    const markerKey = sealer.keyFor('pagination-markers');
    this.#stores = stores;
    this.accountId = accountId;
    this.made = made;
    this.#bus = new InProcessBus();
    const rows = new RowsOf(readModels, [...prompt, ...relaxed]);
    const sources = sourcesFor({ rows, sealer, ids: randomIds }, accountId);
    const decisions = new Decisions({ from: sources });
    const keys = new DerivedKeys({ from: sources, sealer, partition, caughtUp: () => this.#caughtUp() });
    const changed = (changes: readonly Change[]) => {
      decisions.changed(changes);
      keys.changed(changes);
    };
    const follow = (projection: Projection) => new Projector(projection, log, readModels, { changed, failed });
    const projectors = prompt.map(follow);
    this.#projectors = [...projectors, ...relaxed.map(follow)];
    this.#recorder = new Recorder({
      log,
      ids: randomIds,
      shape: (facts: CallFacts) => callRecords(facts, accountId),
      now: () => systemClock.now(),
      failed: (error) => logger.error({ err: error }, 'call records wait: the event log takes no writes'),
    });
    const recorder = this.#recorder;
    const unexpected = (error: unknown, request: Request | string) =>
      logger.error({ err: error, requestId: typeof request === 'string' ? request : request.requestId }, 'unexpected');
    this.#services = contexts.map(
      (context) =>
        new ContextHost(context, {
          log,
          readModels,
          rows,
          projectors,
          authorizer: decisions,
          sealer,
          ids: randomIds,
          unexpected,
          async *history(account, from, to) {
            await recorder.flush();
            yield* callHistory(log, account, from, to);
          },
        }),
    );
    this.gateway = new Gateway({
      services,
      keys,
      windowSeconds,
      bus: this.#bus,
      clock: systemClock,
      ids: randomIds,
      markers: markersOf((text) => createHmac('sha256', markerKey).update(text).digest()),
      routes: routesOf(this.#services),
      record: (facts, durably) => recorder.record(facts, durably),
      unexpected,
      answered: (operation, status, seconds) => metrics.answered(operation, status, seconds),
    });
    for (const projector of this.#projectors) {
      const labels = { projection: projector.projection.name };
      metrics.watch('muniment_projection_position', 'Position that a projection has reached', labels, () => projector.position);
    }
  }

  /** Where root credentials are kept that a start has made; undefined when nothing is kept. */
  get credentialsFile(): string | undefined {
    return this.#stores.directory?.rootCredentials;
  }

  /** Each check of readiness by name: the log, the bus, every projection with its lag. */
  async checks(): Promise<readonly Check[]> {
    const head = await this.#stores.log.head().catch(() => undefined);
    return [
      { name: 'log', ok: head !== undefined, detail: { position: head } },
      { name: 'bus', ok: true },
      ...this.#projectors.map((projector) => ({
        name: `read model ${projector.projection.name}`,
        ok: projector.failure === undefined,
        detail: { position: projector.position, lag: Math.max(0, (head ?? 0) - projector.position) },
      })),
    ];
  }

  /** Finishes what is under way; what was acknowledged is on disk already. */
  async close(): Promise<void> {
    await this.#recorder.flush();
    await Promise.all(this.#projectors.map((projector) => projector.stop()));
    await this.#bus.close();
    await this.#stores.readModels.close();
    await this.#stores.log.close();
    this.#stores.directory?.release();
  }

  async #serve(): Promise<void> {
    for (const service of this.#services) {
      await this.#bus.respond(`muniment.${service.name}`, (_, request: Request) => service.handle(request));
    }
  }

  async #caughtUp(): Promise<void> {
    const head = await this.#stores.log.head();
    await Promise.all(this.#projectors.slice(0, prompt.length).map((projector) => projector.reached(head, patience)));
  }
}

const routesOf = (served: readonly ContextHost[]): ReadonlyMap<string, string> =>
  new Map(
    served.flatMap((service) =>
      Array.from(service.operations, ({ operation }) => [`${operation.service}:${operation.name}`, service.name] as const),
    ),
  );
