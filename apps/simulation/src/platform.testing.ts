import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { auditOperations, type CallFacts, type CallRecord, callRecords, lastUsed } from '@muniment/audit';
import { services } from '@muniment/aws-model';
import { markersOf } from '@muniment/aws-wire';
import { InProcessBus } from '@muniment/bus-inprocess';
import { credentials, credentialsOperations } from '@muniment/credentials';
import { rootKeyEvents } from '@muniment/credentials/contract';
import { Decisions } from '@muniment/decisions';
import { directory, directoryOperations, platform } from '@muniment/directory';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { DerivedKeys, Gateway } from '@muniment/gateway';
import type { Aggregate, Event } from '@muniment/kernel';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import {
  type Context,
  ContextHost,
  callHistory,
  callsStream,
  EnvelopeSealer,
  type EventLog,
  type Projection,
  Projector,
  Recorder,
  type Request,
  RowsOf,
  randomIds,
  sourcesFor,
  Writer,
} from '@muniment/runtime';
import { stsOperations } from '@muniment/sts';
import { type FixedClock, fixedClock } from '@muniment/testing';

const unlike = (...aggregates: readonly unknown[]): readonly Aggregate[] => aggregates as readonly Aggregate[];

const contexts: readonly Context[] = [
  { name: 'directory', operations: directoryOperations, aggregates: unlike(directory, platform) },
  { name: 'credentials', operations: credentialsOperations, aggregates: unlike(credentials) },
  { name: 'sts', operations: stsOperations, aggregates: [] },
  { name: 'audit', operations: auditOperations, aggregates: [] },
];

const projections: readonly Projection[] = unlike(directory, platform, credentials);

/** Long-term or temporary credentials, as a client has them. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const home = '111122223333';
export const other = '444455556666';

/** Read models that can be made to lag behind; all else is the real ones. */
class SlowReadModels extends MemoryReadModels {
  milliseconds = 0;

  override async apply(...stored: Parameters<MemoryReadModels['apply']>): Promise<void> {
    if (this.milliseconds > 0) await setTimeout(this.milliseconds);
    await super.apply(...stored);
  }
}

/** All contexts in one process over memory, with time that stands still: what a server is, without its socket. */
export class Platform {
  readonly clock: FixedClock = fixedClock();
  readonly log: EventLog;
  readonly readModels = new SlowReadModels();
  /** Errors that no client was told of. */
  readonly unexpected: unknown[] = [];
  readonly hosts = new Map<string, ContextHost>();
  readonly sealer: EnvelopeSealer;
  readonly keys: DerivedKeys;
  readonly decisions: Decisions;
  readonly recorder: Recorder<CallFacts, CallRecord>;
  readonly projectors: readonly Projector[];
  readonly gateway: Gateway;
  readonly bus = new InProcessBus();
  /** Work that a test puts between a command's authorization and its write. */
  beforeWrite: (() => Promise<void>) | undefined;

  private constructor(log: EventLog) {
    this.log = log;
    this.sealer = new EnvelopeSealer(randomBytes(32), new MemoryEventLog().keys);
    const rows = new RowsOf(this.readModels, [...projections, lastUsed as unknown as Projection]);
    const from = sourcesFor({ rows, sealer: this.sealer, ids: randomIds }, home);
    this.decisions = new Decisions({ from });
    this.keys = new DerivedKeys({ from, sealer: this.sealer, partition: 'aws', caughtUp: () => this.caughtUp() });
    this.projectors = projections.map(
      (projection) =>
        new Projector(projection, log, this.readModels, {
          changed: (changes) => {
            this.decisions.changed(changes);
            this.keys.changed(changes);
          },
          lost: () => {
            this.decisions.lost();
            this.keys.lost();
          },
        }),
    );
    rows.keptBy(this.projectors);
    this.recorder = new Recorder({
      log,
      ids: randomIds,
      shape: (facts: CallFacts) => callRecords(facts, home),
      now: () => this.clock.now(),
      failed: () => undefined,
    });
    for (const context of contexts) this.hosts.set(context.name, this.#host(context, rows));
    this.gateway = this.#gateway();
  }

  /** With two accounts; `root` and `otherRoot` are keys of their root users. */
  static async open(
    log: EventLog = new MemoryEventLog(),
  ): Promise<{ platform: Platform; root: Keys; otherRoot: Keys }> {
    const opened = new Platform(log);
    const root = await opened.account(home, 'AKIAROOTOFHOME000001');
    const otherRoot = await opened.account(other, 'AKIAROOTOFOTHER00001');
    for (const projector of opened.projectors) await projector.start();
    for (const [name, host] of opened.hosts) {
      await opened.bus.respond(`muniment.${name}`, (_, request: Request) => host.handle(request));
    }
    return { platform: opened, root, otherRoot };
  }

  /** Makes an account and a key of its root user, as a first start does. */
  async account(accountId: string, accessKeyId: string): Promise<Keys> {
    const secretAccessKey = randomIds.random(30);
    const sealed = await this.sealer.seal({ account: accountId, id: accessKeyId }, secretAccessKey);
    await this.append(platform as unknown as Aggregate, 'all', [{ type: 'AccountCreated', data: { accountId } }]);
    await this.append(
      credentials as unknown as Aggregate,
      accountId,
      rootKeyEvents(accountId, accessKeyId, sealed) as Event[],
    );
    return { accessKeyId, secretAccessKey };
  }

  /** Appends to an account behind the back of all who serve. */
  async append(aggregate: Aggregate, account: string, events: readonly Event[]): Promise<void> {
    const id = randomIds.uuid();
    const meta = { eventId: id, commandId: id, requestId: id, at: this.clock.now().toISOString(), actor: 'muniment' };
    const writer = new Writer(aggregate, account, this.log, new MemoryReadModels());
    await writer.write(() => ({ events, answer: () => undefined }), meta);
  }

  async caughtUp(): Promise<void> {
    await this.reached(await this.log.head());
  }

  async reached(position: number): Promise<boolean> {
    for (const projector of this.projectors) if (!(await projector.reached(position, 2000))) return false;
    return true;
  }

  /** The call records of an account, oldest first. */
  async records(account: string): Promise<CallRecord[]> {
    await this.recorder.flush();
    const records: CallRecord[] = [];
    for await (const events of this.log.readStream(callsStream(account, this.clock.now()))) {
      for (const { data } of events) records.push(...(data as { records: CallRecord[] }).records);
    }
    return records;
  }

  #host(context: Context, rows: RowsOf): ContextHost {
    const { log, readModels, projectors, sealer, recorder } = this;
    return new ContextHost(context, {
      log,
      readModels,
      rows,
      projectors,
      authorizer: {
        authorize: async (caller, questions, now) => {
          const verdict = await this.decisions.authorize(caller, questions, now);
          const between = this.beforeWrite;
          this.beforeWrite = undefined;
          await between?.();
          return verdict;
        },
      },
      sealer,
      ids: randomIds,
      unexpected: (error) => void this.unexpected.push(error),
      async *history(account, first, last) {
        await recorder.flush();
        yield* callHistory(log, account, first, last);
      },
    });
  }

  #gateway(): Gateway {
    return new Gateway({
      services,
      routes: new Map(
        contexts.flatMap(({ name, operations }) =>
          operations.map(({ operation }) => [`${operation.service}:${operation.name}`, name] as const),
        ),
      ),
      keys: this.keys,
      windowSeconds: 300,
      bus: this.bus,
      clock: this.clock,
      ids: randomIds,
      markers: markersOf((text) => createHmac('sha256', 'a key of tests').update(text).digest()),
      record: (facts, durably) => this.recorder.record(facts, durably),
      unexpected: (error) => void this.unexpected.push(error),
      settled: (position) => this.reached(position),
    });
  }
}
