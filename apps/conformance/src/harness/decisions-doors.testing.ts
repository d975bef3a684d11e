import { randomBytes } from 'node:crypto';
import { connect, headers as natsHeaders, type NatsConnection } from '@nats-io/transport-node';
import { type ServerProcess, startNats } from '@muniment/testing';
import { examplesIn } from './documentation.js';
import { type RawAnswer, send } from './raw.js';

/** A way to ask the decisions service without a signature, as somebody's own service goes it. */
export interface DecisionsDoor {
  readonly name: string;
  /** What comes back for the text of a question: JSON, `undefined` where nothing does. */
  ask(operation: string, text: string, position?: string): Promise<unknown>;
}

export interface Knock {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The port: also asked in ways that no service would. */
export class HttpDoor implements DecisionsDoor {
  readonly name = 'HTTP';
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  knock(
    body: string | Buffer,
    { path = '/IsAuthorized', method = 'POST', headers = {} }: Knock = {},
  ): Promise<RawAnswer> {
    const usual = { 'Content-Type': 'application/json', Authorization: `Bearer ${this.#token}` };
    return send(this.url, { method, path, query: '', headers: { ...usual, ...headers }, body });
  }

  async ask(operation: string, text: string, position?: string): Promise<unknown> {
    const demanded = position === undefined ? {} : { headers: { 'x-muniment-position': position } };
    const { status, body } = await this.knock(text, { path: `/${operation}`, ...demanded });
    const answer = JSON.parse(body) as object;
    if ((status === 200) === '__type' in answer) throw new Error(`status ${status} with ${body}`);
    return answer;
  }
}

/** The bus, by the plain client. */
export class NatsDoor implements DecisionsDoor {
  readonly name = 'NATS';
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async ask(operation: string, text: string, position?: string): Promise<unknown> {
    const headers = natsHeaders();
    if (position !== undefined) headers.set('x-muniment-position', position);
    const options = { timeout: 10_000, ...(position !== undefined && { headers }) };
    const answer = await this.#connection.request(`muniment.inquiries.${operation}`, text, options);
    return answer.data.length === 0 ? undefined : answer.json();
  }

  /** What the header of an empty answer says of the question's bytes. */
  async refusal(bytes: Uint8Array): Promise<string | undefined> {
    const answer = await this.#connection.request('muniment.inquiries.IsAuthorized', bytes, { timeout: 10_000 });
    return answer.data.length === 0 ? answer.headers?.get('Nats-Service-Error-Code') : undefined;
  }
}

/** A NATS server that Muniment is given, with the user that docs/decisions-api.md gives somebody's own service. */
export class SharedBus {
  readonly url: string;
  /** Of the user `orders`. */
  readonly password: string;
  /** What Muniment is told of it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly #nats: ServerProcess;
  readonly #connections: NatsConnection[] = [];

  private constructor(nats: ServerProcess, password: string, own: string) {
    this.#nats = nats;
    this.url = nats.url;
    this.password = password;
    this.settings = { MUNIMENT_NATS_URL: nats.url, MUNIMENT_NATS_USER: 'muniment', MUNIMENT_NATS_PASSWORD: own };
  }

  static async start(): Promise<SharedBus> {
    const [password, own] = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')];
    const [user = ''] = examplesIn('decisions-api.md', 'conf');
    const config = `
      ORDERS_PASSWORD: "${password}"
      max_payload: 8MB
      authorization { users: [ { user: muniment, password: "${own}" }\n${user} ] }`;
    return new SharedBus(await startNats({ config }), password, own);
  }

  /** As somebody's own service does it. */
  async connect(): Promise<NatsConnection> {
    const user = { user: 'orders', pass: this.password, inboxPrefix: '_INBOX_orders' };
    const connection = await connect({ servers: this.url, ...user });
    this.#connections.push(connection);
    return connection;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await this.#nats.stop();
  }
}
