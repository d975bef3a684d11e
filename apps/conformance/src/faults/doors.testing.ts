import { setTimeout as sleep } from 'node:timers/promises';
import { CloudTrail } from '@aws-sdk/client-cloudtrail';
import { IAM } from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';
import type { Clients } from '../harness/clients.js';
import type { Credentials } from '../harness/target.js';
import { type Entry, type History, outcomeOf, wasRefused } from './history.testing.js';

export interface DoorsOptions {
  /** URLs of all gateways. */
  readonly urls: readonly string[];
  readonly history: History;
  /** 1: every answer is seen as it comes; more: the SDK's own retries. */
  readonly attempts?: number;
  /** Of the gateways, the one that is asked as long as it listens. */
  readonly home?: number;
  /** After an unknown outcome another gateway is asked, so often: as the SDKs do it behind a load balancer. */
  readonly elsewhere?: number;
  /** Without an answer for so long, a call's outcome is unknown. */
  readonly patience?: number;
}

interface Response {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const pauseMilliseconds = 20;

type Makers = { readonly [Name in 'iam' | 'sts' | 'cloudtrail']: () => Clients[Name] };

/** Made when they are asked for: a client costs milliseconds, and most doors use one. */
class LazyClients implements Clients {
  readonly credentials: Credentials;
  readonly #make: Makers;
  #iam: IAM | undefined;
  #sts: STS | undefined;
  #cloudtrail: CloudTrail | undefined;

  constructor(credentials: Credentials, make: Makers) {
    this.credentials = credentials;
    this.#make = make;
  }

  get iam(): IAM {
    this.#iam ??= this.#make.iam();
    return this.#iam;
  }

  get sts(): STS {
    this.#sts ??= this.#make.sts();
    return this.#sts;
  }

  get cloudtrail(): CloudTrail {
    this.#cloudtrail ??= this.#make.cloudtrail();
    return this.#cloudtrail;
  }
}

/** A user's way in, as through a load balancer: another gateway when one does not listen. */
export class Doors {
  readonly #options: DoorsOptions;
  readonly #clients = new Map<string, Clients>();
  #at: number;
  #position = 0;
  /** How often a gateway did not listen. */
  refused = 0;

  constructor(options: DoorsOptions) {
    this.#options = options;
    this.#at = (options.home ?? 0) % options.urls.length;
  }

  /** The gateway that is asked now. */
  get url(): string {
    return this.#options.urls[this.#at] as string;
  }

  /** Makes the call and writes down what comes of it; undefined when it was no success, and why it was none. */
  async call<Output>(
    entry: Entry,
    credentials: Credentials,
    make: (clients: Clients) => Promise<Output>,
  ): Promise<Output | undefined> {
    const { history, elsewhere = 0 } = this.#options;
    for (let tries = 0; ; ) {
      try {
        const output = await make(this.#clientsOf(credentials));
        history.ok(entry, output);
        return output;
      } catch (error) {
        const refused = wasRefused(error);
        if (!refused && (outcomeOf(error) === 'fail' || ++tries > elsewhere)) {
          history.failed(entry, error as Error);
          return undefined;
        }
        if (refused) this.refused++;
        else entry.attempts++;
        this.#at = (this.#at + 1) % this.#options.urls.length;
        await sleep(pauseMilliseconds);
      }
    }
  }

  #clientsOf(credentials: Credentials): Clients {
    const { url } = this;
    const key = `${url} ${credentials.accessKeyId}`;
    const known = this.#clients.get(key);
    if (known) return known;
    const { attempts = 1, patience = 10_000 } = this.#options;
    const configuration = {
      endpoint: url,
      region: 'us-east-1',
      credentials,
      maxAttempts: attempts,
      requestHandler: { requestTimeout: patience, throwOnRequestTimeout: true, connectionTimeout: 2000 },
    };
    const heard = <Client extends { middlewareStack: object }>(client: Client): Client => {
      this.#listen(client.middlewareStack as IAM['middlewareStack']);
      return client;
    };
    const clients = new LazyClients(credentials, {
      iam: () => heard(new IAM(configuration)),
      sts: () => heard(new STS(configuration)),
      cloudtrail: () => heard(new CloudTrail(configuration)),
    });
    this.#clients.set(key, clients);
    return clients;
  }

  /** Hears every answer's request id, and carries the newest position that it was told of from gateway to gateway. */
  #listen({ add }: Pick<IAM['middlewareStack'], 'add'>): void {
    add(
      (next) => async (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        if (this.#position > 0) headers['x-muniment-position'] = String(this.#position);
        return next(args);
      },
      { step: 'build', name: 'position' },
    );
    add(
      (next, { commandName = '' }) =>
        async (args) => {
          const answered = await next(args);
          const { headers = {}, statusCode: status = 0 } = (answered.response as Response | undefined) ?? {};
          const requestId = headers['x-amzn-requestid'];
          if (requestId) this.#options.history.answers.push({ requestId, operation: commandName, status });
          this.#position = Math.max(this.#position, Number(headers['x-muniment-position'] ?? 0));
          return answered;
        },
      // Next to the wire: before an error answer is made an error.
      { step: 'deserialize', priority: 'low', name: 'request-id' },
    );
  }
}
