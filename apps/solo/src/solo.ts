import { createHmac } from 'node:crypto';
import { type CallFacts, callRecords } from '@muniment/audit';
import { services } from '@muniment/aws-model';
import { markersOf } from '@muniment/aws-wire';
import { InProcessBus } from '@muniment/bus-inprocess';
import { Decisions, deciding, Inquiries } from '@muniment/decisions';
import { DerivedKeys, Gateway } from '@muniment/gateway';
import type { Awaitable, Change, Position, RecordedEvent } from '@muniment/kernel';
import type { Check, Configuration, Metrics } from '@muniment/nest';
import {
  ContextHost,
  callHistory,
  EnvelopeSealer,
  patience,
  type Projection,
  Projector,
  Recorder,
  type Request,
  RowsOf,
  randomIds,
  sourcesFor,
  systemClock,
} from '@muniment/runtime';
import type { Logger } from 'pino';
import {
  contexts,
  FirstStart,
  inquiryAnswers,
  type InquiryDoor,
  openInquiryDoor,
  followingChecks,
  confirmKept,
  keepCredentials,
  type MadeCredentials,
  MemberAccess,
  parkedLogged,
  promptProjections,
  relaxedProjections,
  routes,
  SecretEraser,
  watchProjection,
} from '@muniment/hosting';
import { closeStores, openStores, type Stores } from './stores.js';

export interface SoloOptions {
  readonly configuration: Configuration;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when nothing can be written any more: the process should end. */
  readonly failed: (error: unknown) => void;
}

/** What a start has found or made. */
interface Started {
  readonly stores: Stores;
  readonly sealer: EnvelopeSealer;
  readonly accountId: string;
  readonly made: MadeCredentials | undefined;
}

async function start(options: SoloOptions): Promise<Started> {
  const stores = await openStores(options.configuration, options.failed);
  try {
    const sealer = new EnvelopeSealer(stores.rootKey, stores.keys);
    await sealer.prove();
    const file = stores.directory?.rootCredentials;
    const keep = (made: MadeCredentials) => keepCredentials(file, made);
    const found = (accessKeyId: string) => confirmKept(file, accessKeyId);
    const parts = { ...stores, sealer, ids: randomIds, now: () => systemClock.now(), keep, found };
    return { stores, sealer, ...(await new FirstStart(parts).run(options.configuration)) };
  } catch (error) {
    await closeStores(stores);
    throw error;
  }
}

/** All of Muniment in one process: every context over one log, one set of read models and a bus of direct calls. */
export class Solo {
  readonly gateway: Gateway;
  readonly accountId: string;
  /** Root credentials that this start has made. */
  readonly made: MadeCredentials | undefined;
  readonly #options: SoloOptions;
  readonly #stores: Stores;
  readonly #sealer: EnvelopeSealer;
  readonly #rows: RowsOf;
  readonly #bus = new InProcessBus();
  #ending = false;
  readonly #recorder: Recorder<CallFacts, unknown>;
  readonly #decisions: Decisions;
  readonly #inquiries: Inquiries;
  #door: InquiryDoor | undefined;
  readonly #keys: DerivedKeys;
  /** Read models that answers wait for. */
  readonly #prompt: readonly Projector[];
  readonly #projectors: readonly Projector[];

  static async open(options: SoloOptions): Promise<Solo> {
    const solo = new Solo(options, await start(options));
    try {
      await Promise.all(solo.#projectors.map((projector) => projector.start()));
      await solo.#listen();
      await solo.#open();
      return solo;
    } catch (error) {
      await solo.close();
      throw error;
    }
  }

  private constructor(options: SoloOptions, { stores, sealer, accountId, made }: Started) {
    this.#options = options;
    this.#stores = stores;
    this.#sealer = sealer;
    this.accountId = accountId;
    this.made = made;
    this.#rows = new RowsOf(stores.readModels, [...promptProjections, ...relaxedProjections]);
    const from = sourcesFor({ rows: this.#rows, sealer, ids: randomIds }, accountId);
    const { partition } = options.configuration;
    this.#decisions = new Decisions({ from });
    this.#inquiries = new Inquiries(this.#decisions);
    this.#keys = new DerivedKeys({ from, sealer, partition, caughtUp: () => this.#caughtUp() });
    this.#prompt = promptProjections.map((projection) => this.#projector(projection));
    this.#projectors = [...this.#prompt, ...relaxedProjections.map((projection) => this.#projector(projection))];
    this.#rows.keptBy(this.#projectors);
    this.#recorder = new Recorder({
      log: stores.log,
      ids: randomIds,
      shape: (facts: CallFacts) => callRecords(facts, accountId),
      now: () => systemClock.now(),
      failed: (error) => options.logger.error({ err: error }, 'call records wait: the event log takes no writes'),
    });
    this.gateway = this.#gateway();
  }

  /** Where questions are answered without signatures; undefined when no port is set. */
  get inquiriesUrl(): string | undefined {
    return this.#door?.url;
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
      { name: 'serving', ok: !this.#ending },
      ...followingChecks(this.#projectors, head),
    ];
  }

  /** From now on not ready, so that nobody sends new work; what comes all the same is answered. */
  end(): void {
    this.#ending = true;
  }

  /** Finishes what is under way; what was acknowledged is on disk already. */
  async close(): Promise<void> {
    await this.#door?.close();
    await this.#recorder.flush();
    await Promise.all(this.#projectors.map((projector) => projector.stop()));
    await this.#bus.close();
    await closeStores(this.#stores);
  }

  #projector(projection: Projection): Projector {
    const { log, readModels } = this.#stores;
    const { failed, logger, metrics } = this.#options;
    const changed = (changes: readonly Change[]) => {
      this.#decisions.changed(changes);
      this.#keys.changed(changes);
    };
    const lost = () => {
      this.#decisions.lost();
      this.#keys.lost();
    };
    const parked = parkedLogged(logger, projection.name);
    const eraser = new SecretEraser(this.#stores.keys, this.#sealer);
    const { partition } = this.#options.configuration;
    const access = new MemberAccess({ log, readModels, partition });
    const storing = async (events: readonly RecordedEvent[]) => {
      await eraser.seen(events);
      await access.seen(events);
    };
    const projector = new Projector(projection, log, readModels, { storing, changed, lost, parked, failed });
    watchProjection(metrics, projector, log);
    return projector;
  }

  #gateway(): Gateway {
    const { configuration, metrics } = this.#options;
    const markerKey = this.#sealer.keyFor('pagination-markers');
    return new Gateway({
      services,
      routes,
      keys: this.#keys,
      windowSeconds: configuration.signatureWindowSeconds,
      bus: this.#bus,
      clock: systemClock,
      ids: randomIds,
      markers: markersOf((text) => createHmac('sha256', markerKey).update(text).digest()),
      record: (facts, durably) => this.#recorder.record(facts, durably),
      unexpected: (error, requestId) => this.#unexpected(error, requestId),
      settled: (position) => this.#reached(position),
      answered: (operation, status, seconds) => metrics.answered(operation, status, seconds),
    });
  }

  async #listen(): Promise<void> {
    const { log, readModels } = this.#stores;
    const recorder = this.#recorder;
    const decide = deciding(this.#inquiries);
    for (const context of contexts) {
      const host = new ContextHost(context, {
        log,
        readModels,
        rows: this.#rows,
        projectors: this.#prompt,
        authorizer: this.#decisions,
        sealer: this.#sealer,
        ids: randomIds,
        decide,
        unexpected: (error, { requestId }) => this.#unexpected(error, requestId),
        async *history(account, from, to) {
          await recorder.flush();
          yield* callHistory(log, account, from, to);
        },
      });
      await this.#bus.respond(`muniment.${context.name}`, (_, request: Request) => host.handle(request));
    }
  }

  async #open(): Promise<void> {
    const { configuration, logger } = this.#options;
    const answers = inquiryAnswers({
      inquiries: this.#inquiries,
      partition: configuration.partition,
      reached: (position) => this.#reached(position),
      unexpected: (error) => logger.error({ err: error }, 'a question could not be decided'),
    });
    this.#door = await openInquiryDoor(configuration, answers);
  }

  #unexpected(error: unknown, requestId: string): void {
    this.#options.logger.error({ err: error, requestId }, 'unexpected error');
  }

  async #caughtUp(): Promise<void> {
    await this.#reached(await this.#stores.log.head());
  }

  /** At once, without a promise, when nothing has to be waited for: every request asks. */
  #reached(position: Position): Awaitable<boolean> {
    const behind = this.#prompt.filter((projector) => projector.position < position);
    if (behind.length === 0) return true;
    return Promise.all(behind.map(async (projector) => projector.reached(position, patience))).then((all) =>
      all.every(Boolean),
    );
  }
}
