import { type Clients, unique } from './clients.js';

/** What a client knows of one user: what was acknowledged, and what it had asked for when it lost the server. */
export interface Entry {
  readonly userName: string;
  created: boolean;
  /** Value of both tags, once acknowledged. */
  tagged: string | undefined;
  tagging: string | undefined;
  attached: boolean;
  attaching: boolean;
  key: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

export const firstTag = 'first';

const tags = (Value: string) => ['a', 'b'].map((Key) => ({ Key, Value }));

const fromServer = (error: unknown): boolean =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== undefined;

/** Clients that write as fast as the server lets them, and keep account of every answer. */
export class Ledger {
  readonly entries: Entry[] = [];
  readonly requestIds: string[] = [];
  /** Answers that refuse what should have worked. */
  readonly refusals: unknown[] = [];
  readonly #clients: Clients;
  readonly #policyArn: string;
  readonly #whenReady: () => Promise<void>;
  #writing = true;

  constructor(clients: Clients, policyArn: string, whenReady: () => Promise<void>) {
    this.#whenReady = whenReady;
    this.#clients = clients;
    this.#policyArn = policyArn;
  }

  /** Writes on `lanes` connections at once until told to stop. */
  async write(lanes: number): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
  }

  stop(): void {
    this.#writing = false;
  }

  async #lane(): Promise<void> {
    while (this.#writing) {
      try {
        await this.#user();
      } catch (error) {
        if (fromServer(error)) this.refusals.push(error);
        await this.#whenReady();
      }
    }
  }

  async #acknowledged<T extends { $metadata: { requestId?: string | undefined } }>(call: Promise<T>): Promise<T> {
    const answer = await call;
    this.requestIds.push(answer.$metadata.requestId ?? '');
    return answer;
  }

  async #user(): Promise<void> {
    const { iam } = this.#clients;
    const UserName = unique('u');
    const entry: Entry = {
      userName: UserName,
      created: false,
      tagged: undefined,
      tagging: undefined,
      attached: false,
      attaching: false,
      key: undefined,
    };
    this.entries.push(entry);
    await this.#acknowledged(iam.createUser({ UserName, Tags: tags(firstTag) }));
    entry.created = true;
    entry.tagging = 'second';
    await this.#acknowledged(iam.tagUser({ UserName, Tags: tags(entry.tagging) }));
    entry.tagged = entry.tagging;
    entry.attaching = true;
    await this.#acknowledged(iam.attachUserPolicy({ UserName, PolicyArn: this.#policyArn }));
    entry.attached = true;
    const { AccessKey } = await this.#acknowledged(iam.createAccessKey({ UserName }));
    entry.key = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }
}
