import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Clients,
  clientsFor,
  document,
  patientAttempts,
  person,
  statement,
  trusting,
  unique,
} from '../harness/clients.js';
import type { Credentials } from '../harness/target.js';
import { Doors } from './doors.testing.js';
import { type AccessKey, type Entry, History } from './history.testing.js';
import { Random } from './random.testing.js';

export interface DriverOptions {
  readonly urls: readonly string[];
  readonly accountId: string;
  readonly root: Credentials;
  /** 1: every answer is seen as it comes; more: the SDK's own retries. */
  readonly attempts?: number;
  readonly random?: Random;
  /** Waits, after an unknown outcome, until it makes sense to go on. */
  readonly whenReady?: () => Promise<void>;
}

/** What all lanes work with. */
interface Ground {
  readonly policyArn: string;
  readonly roleArn: string;
  /** A user who may do everything: root must not assume roles. */
  readonly admin: Credentials;
}

/** What a lane knows of its user; what has become unknown is left alone from then on. */
interface Subject {
  readonly name: string;
  tag: string;
  policy: string | undefined;
  attached: boolean;
  readonly keys: { readonly key: AccessKey; readonly madeAt: string }[];
  readonly unknown: Set<string>;
}

export const policyName = 'own';
export const bothTags = (Value: string) => ['a', 'b'].map((Key) => ({ Key, Value }));
/** A document that says which one it is. */
export const numbered = (number: string): string =>
  document(statement('Allow', 'iam:GetUser'), statement('Allow', 's3:GetObject', `arn:aws:s3:::bucket-${number}/*`));

/**
 * Users of the API at work: each lane makes a user and changes it, one call after the other, looks at it and perhaps
 * deletes it, then takes the next. Nobody else touches the user, so that the history says what must be there.
 */
export class Driver {
  readonly history = new History();
  readonly #options: DriverOptions;
  readonly #ground: Ground;
  readonly #random: Random;
  readonly #lanes: Promise<void>[] = [];
  #working = true;

  static async start(options: DriverOptions): Promise<Driver> {
    const random = options.random ?? new Random();
    process.stdout.write(`seed ${random.seed} (MUNIMENT_TEST_SEED)\n`);
    const url = options.urls[0] as string;
    const root = clientsFor(url, options.root, patientAttempts);
    const PolicyDocument = document(statement('Allow', 's3:GetObject'));
    const { Policy } = await root.iam.createPolicy({ PolicyName: unique('objects'), PolicyDocument });
    const admin = await person(url, root, 'admin', statement('Allow', '*'));
    const { Role } = await root.iam.createRole({
      RoleName: unique('worker'),
      AssumeRolePolicyDocument: trusting(`arn:aws:iam::${options.accountId}:root`),
    });
    const ground = { policyArn: Policy?.Arn ?? '', roleArn: Role?.Arn ?? '', admin: admin.credentials };
    return new Driver(options, ground, random);
  }

  private constructor(options: DriverOptions, ground: Ground, random: Random) {
    this.#options = options;
    this.#ground = ground;
    this.#random = random;
  }

  get policyArn(): string {
    return this.#ground.policyArn;
  }

  get roleArn(): string {
    return this.#ground.roleArn;
  }

  get admin(): Credentials {
    return this.#ground.admin;
  }

  /** Sets so many lanes to work. */
  work(lanes: number): void {
    for (let lane = 0; lane < lanes; lane++) {
      const { urls, attempts = 1 } = this.#options;
      const doors = new Doors({ urls, attempts, history: this.history, home: this.#lanes.length });
      this.#lanes.push(this.#lane(doors, this.#random.branch()));
    }
  }

  /** Resolves when so many further writes were acknowledged: what breaks next breaks in the middle of them. */
  async progress(writes: number): Promise<void> {
    const before = this.history.acknowledged;
    while (this.history.acknowledged < before + writes) await sleep(20);
  }

  /** Each lane ends the call that it is at. */
  async stop(): Promise<void> {
    this.#working = false;
    await Promise.all(this.#lanes);
  }

  async #lane(doors: Doors, random: Random): Promise<void> {
    while (this.#working)
      await new Life(this.#options, this.#ground, this.history, doors, random).live(() => this.#working);
  }
}

/** One user from its beginning to its end, or to where it is left. */
class Life {
  readonly #options: DriverOptions;
  readonly #ground: Ground;
  readonly #history: History;
  readonly #doors: Doors;
  readonly #random: Random;
  readonly #subject: Subject;

  constructor(options: DriverOptions, ground: Ground, history: History, doors: Doors, random: Random) {
    this.#options = options;
    this.#ground = ground;
    this.#history = history;
    this.#doors = doors;
    this.#random = random;
    const name = unique('User');
    this.#subject = { name, tag: 'tag-0', policy: undefined, attached: false, keys: [], unknown: new Set() };
  }

  async live(working: () => boolean): Promise<void> {
    const { name, tag } = this.#subject;
    const created = await this.#do('CreateUser', { value: tag, part: 'user' }, ({ iam }) =>
      iam.createUser({ UserName: name, Tags: bothTags(tag) }),
    );
    if (!created) return;
    for (let steps = 4 + this.#random.below(10); steps > 0 && working(); steps--) await this.#step();
    if (working() && this.#random.chance(0.3)) await this.#end();
  }

  #step(): Promise<void> {
    const roll = this.#random.below(100);
    if (roll < 30) return this.#tag();
    if (roll < 45) return this.#put();
    if (roll < 58) return this.#attach();
    if (roll < 70) return this.#makeKey();
    if (roll < 75) return this.#dropKey();
    if (roll < 83) return this.#look();
    if (roll < 93) return this.#sign();
    if (roll < 96) return this.#assume();
    if (roll < 99) return this.#again();
    return this.#lookUp();
  }

  async #tag(): Promise<void> {
    const value = `tag-${this.#random.below(1e9)}`;
    const { name: UserName } = this.#subject;
    const done = await this.#do('TagUser', { value, part: 'tag' }, ({ iam }) =>
      iam.tagUser({ UserName, Tags: bothTags(value) }),
    );
    if (done) this.#subject.tag = value;
  }

  async #put(): Promise<void> {
    const value = String(this.#random.below(1e9));
    const { name: UserName } = this.#subject;
    const done = await this.#do('PutUserPolicy', { value, part: 'policy' }, ({ iam }) =>
      iam.putUserPolicy({ UserName, PolicyName: policyName, PolicyDocument: numbered(value) }),
    );
    if (done) this.#subject.policy = value;
  }

  async #attach(): Promise<void> {
    const { policyArn: PolicyArn } = this.#ground;
    const { name: UserName, attached } = this.#subject;
    const done = await (attached
      ? this.#do('DetachUserPolicy', { part: 'attachment' }, ({ iam }) => iam.detachUserPolicy({ UserName, PolicyArn }))
      : this.#do('AttachUserPolicy', { part: 'attachment' }, ({ iam }) =>
          iam.attachUserPolicy({ UserName, PolicyArn }),
        ));
    if (done) this.#subject.attached = !attached;
  }

  async #makeKey(): Promise<void> {
    const { name: UserName, keys } = this.#subject;
    const expects = keys.length === 2 ? 'LimitExceededException' : undefined;
    const madeAt = this.#doors.url;
    const made = await this.#do('CreateAccessKey', { part: 'keys', expects }, ({ iam }) =>
      iam.createAccessKey({ UserName }),
    );
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = made?.AccessKey ?? {};
    if (made) keys.push({ key: { accessKeyId, secretAccessKey }, madeAt });
  }

  async #dropKey(): Promise<void> {
    const { name: UserName, keys } = this.#subject;
    const last = keys.at(-1);
    if (last === undefined) return;
    const { accessKeyId: AccessKeyId } = last.key;
    const done = await this.#do('DeleteAccessKey', { value: AccessKeyId, part: 'keys' }, ({ iam }) =>
      iam.deleteAccessKey({ UserName, AccessKeyId }),
    );
    if (done) keys.pop();
  }

  async #look(): Promise<void> {
    const { name: UserName, tag, unknown } = this.#subject;
    const value = unknown.has('tag') ? {} : { value: tag };
    await this.#do('GetUser', value, ({ iam }) => iam.getUser({ UserName }));
  }

  /** With a key that was handed out; where it was made, for other gateways may hear of it a moment later. */
  async #sign(): Promise<void> {
    const { keys, unknown } = this.#subject;
    const made = keys.findLast(({ madeAt }) => madeAt === this.#doors.url);
    if (made === undefined || unknown.has('keys')) return;
    await this.#do('GetCallerIdentity', {}, ({ sts }) => sts.getCallerIdentity({}), made.key);
  }

  async #assume(): Promise<void> {
    const { roleArn: RoleArn, admin } = this.#ground;
    const RoleSessionName = this.#subject.name;
    await this.#do('AssumeRole', {}, ({ sts }) => sts.assumeRole({ RoleArn, RoleSessionName }), admin);
  }

  /** The name is taken, in any case. */
  async #again(): Promise<void> {
    const UserName = this.#subject.name.toUpperCase();
    const expects = 'EntityAlreadyExistsException';
    await this.#do('CreateUser', { value: 'twice', expects }, ({ iam }) => iam.createUser({ UserName }));
  }

  async #lookUp(): Promise<void> {
    await this.#do('LookupEvents', {}, ({ cloudtrail }) => cloudtrail.lookupEvents({ MaxResults: 5 }));
  }

  /** Takes away what hangs on the user, then the user. */
  async #end(): Promise<void> {
    const { name: UserName, keys, policy, attached, unknown } = this.#subject;
    while (keys.length > 0 && unknown.size === 0) await this.#dropKey();
    if (unknown.size === 0 && policy !== undefined) {
      await this.#do('DeleteUserPolicy', { part: 'policy' }, ({ iam }) =>
        iam.deleteUserPolicy({ UserName, PolicyName: policyName }),
      );
    }
    if (unknown.size === 0 && attached) await this.#attach();
    if (unknown.size > 0) return;
    const deleted = await this.#do('DeleteUser', { part: 'user' }, ({ iam }) => iam.deleteUser({ UserName }));
    if (!deleted) return;
    const expects = 'NoSuchEntityException';
    await this.#do('GetUser', { expects }, ({ iam }) => iam.getUser({ UserName }));
  }

  /** A call about the user; `part`: what of the user nobody knows any more when its outcome is unknown. */
  async #do<Output>(
    operation: string,
    { part, ...asked }: { value?: string; expects?: string | undefined; part?: string },
    make: (clients: Clients) => Promise<Output>,
    credentials = this.#options.root,
  ): Promise<Output | undefined> {
    const { name: user, unknown } = this.#subject;
    if (part !== undefined && unknown.has(part)) return undefined;
    const entry: Entry = this.#history.begin({ operation, user, ...asked });
    const output = await this.#doors.call(entry, credentials, make);
    if (entry.outcome !== 'unknown') return output;
    if (part !== undefined) unknown.add(part);
    await (this.#options.whenReady?.() ?? sleep(this.#random.between(50, 250)));
    return undefined;
  }
}
