import type { Incoming, Outgoing } from '@muniment/gateway';
import { signRequest, splitTarget } from '@muniment/sigv4';
import type { Keys, Platform } from './platform.testing.js';

const versions: Readonly<Record<string, string>> = { iam: '2010-05-08', sts: '2011-06-15' };
const host = 'localhost:4566';

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds by which the client's clock is ahead. */
  readonly ahead?: number;
  readonly region?: string;
  readonly service?: string;
  /** Changes the request after it was signed. */
  readonly tamper?: (incoming: Incoming) => Incoming;
}

export interface Answer extends Outgoing {
  readonly text: string;
  /** The error code, in whatever form the service answers. */
  readonly code: string | undefined;
}

type Parameters = Readonly<Record<string, string | undefined>>;

/** Speaks to a platform as an SDK does: signs, sends, reads the answer. */
export class Client {
  readonly #platform: Platform;
  readonly #keys: Keys;

  constructor(platform: Platform, keys: Keys) {
    this.#platform = platform;
    this.#keys = keys;
  }

  iam(action: string, parameters: Parameters = {}, sent: Sent = {}): Promise<Answer> {
    return this.#query('iam', action, parameters, sent);
  }

  sts(action: string, parameters: Parameters = {}, sent: Sent = {}): Promise<Answer> {
    return this.#query('sts', action, parameters, sent);
  }

  cloudtrail(operation: string, input: object = {}, sent: Sent = {}): Promise<Answer> {
    return this.#json('cloudtrail', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101', operation, input, sent);
  }

  organizations(operation: string, input: object = {}, sent: Sent = {}): Promise<Answer> {
    return this.#json('organizations', 'AWSOrganizationsV20161128', operation, input, sent);
  }

  /** Credentials out of the answer to CreateAccessKey, AssumeRole or GetSessionToken. */
  static keysIn({ text }: Answer): Keys {
    const member = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1];
    const sessionToken = member('SessionToken');
    return {
      accessKeyId: member('AccessKeyId') ?? '',
      secretAccessKey: member('SecretAccessKey') ?? '',
      ...(sessionToken !== undefined && { sessionToken }),
    };
  }

  async send(service: string, headers: Readonly<Record<string, string>>, body: string, sent: Sent): Promise<Answer> {
    const incoming = this.incoming(service, headers, body, sent);
    const outgoing = await this.#platform.gateway.handle(sent.tamper ? sent.tamper(incoming) : incoming);
    const text = String(outgoing.body);
    const [, code] = /<Code>([^<]+)<|"__type":"([^"]+)"/.exec(text)?.filter((part) => part !== undefined) ?? [];
    return { ...outgoing, text, code };
  }

  incoming(service: string, headers: Readonly<Record<string, string>>, text: string, sent: Sent): Incoming {
    const { ahead = 0, region = 'us-east-1' } = sent;
    const now = new Date(this.#platform.clock.now().getTime() + ahead * 1000);
    const body = Buffer.from(text);
    const unsigned = { Host: host, ...headers, ...sent.headers };
    const request = { method: 'POST', ...splitTarget('/'), headers: Object.entries(unsigned).flat(), body };
    const all = { ...unsigned, ...signRequest(request, this.#keys, { service: sent.service ?? service, region, now }) };
    return {
      method: 'POST',
      target: '/',
      rawHeaders: Object.entries(all).flat(),
      headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value])),
      body,
      remoteAddress: '203.0.113.7',
      secure: false,
    };
  }

  #json(service: string, prefix: string, operation: string, input: object, sent: Sent): Promise<Answer> {
    const headers = { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `${prefix}.${operation}` };
    return this.send(service, headers, JSON.stringify(input), sent);
  }

  #query(service: string, action: string, parameters: Parameters, sent: Sent): Promise<Answer> {
    const form = new URLSearchParams({ Action: action, Version: versions[service] ?? '' });
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.set(name, value);
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
      'User-Agent': 'simulation',
    };
    return this.send(service, headers, form.toString(), sent);
  }
}
