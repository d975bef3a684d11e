import { isUtf8 } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { demandedPosition, positionHeader } from '@muniment/runtime';
import { isLoopback, type Configuration } from '@muniment/nest';
import { faulty, type InquiryAnswer, type InquiryAnswers, inquiryOperations } from './inquiry-answers.js';

type Settings = Pick<Configuration, 'decisionsHost' | 'decisionsPort' | 'decisionsToken' | 'maxBodyBytes'>;

const headerBytes = 16 * 1024;
const drainMilliseconds = 2000;

/** One word after the slash: the name of the operation. */
const paths: ReadonlyMap<string, string> = new Map(inquiryOperations.map((name) => [`/${name}`, name]));

const refusal = (status: number, code: string, message: string): InquiryAnswer => faulty({ code, message, status });

const notFound = refusal(404, 'InvalidAction', `there is only: POST ${[...paths.keys()].join(', POST ')}`);
const notAllowed = refusal(405, 'InvalidAction', 'the method must be POST');
const unauthorized = refusal(401, 'InvalidClientTokenId', 'the bearer token is missing or wrong');
const foreignHost = refusal(403, 'AccessDenied', 'without a token the server is asked by a loopback address only');
const noJson = refusal(415, 'MalformedInput', 'the content type must be application/json');
const tooLarge = refusal(413, 'RequestEntityTooLarge', 'the request is too large');
const unreadable = refusal(400, 'MalformedInput', 'the body is not valid JSON');

/** Where questions are answered without a signature, for services of the same network; off unless it is asked for. */
export interface InquiryDoor {
  readonly url: string;
  close(): Promise<void>;
}

/** Undefined: no port is set. */
export async function openInquiryDoor(settings: Settings, answers: InquiryAnswers): Promise<InquiryDoor | undefined> {
  const { decisionsPort: port, decisionsHost: host } = settings;
  if (port === undefined) return undefined;
  const door = new Door(settings, answers);
  const server = createServer({ maxHeaderSize: headerBytes, requestTimeout: 10_000, keepAliveTimeout: 65_000 });
  server.on('request', (request, response) => door.take(request, response));
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: bound } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
  return { url, close: () => closed(server) };
}

/** What is under way is answered; whoever waits longer is cut off. */
async function closed(server: Server): Promise<void> {
  const gone = once(server, 'close');
  server.close();
  const late = setTimeout(() => server.closeAllConnections(), drainMilliseconds);
  await gone;
  clearTimeout(late);
}

class Door {
  readonly #answers: InquiryAnswers;
  readonly #authorization: Buffer | undefined;
  readonly #longest: number;
  #answered: { readonly response: ServerResponse; readonly answer: InquiryAnswer }[] = [];

  constructor({ decisionsToken, maxBodyBytes }: Settings, answers: InquiryAnswers) {
    this.#answers = answers;
    this.#authorization = decisionsToken === undefined ? undefined : Buffer.from(`Bearer ${decisionsToken}`);
    this.#longest = maxBodyBytes;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const refused = this.#refusal(request);
    // What is not read cannot be told from the next request.
    if (refused) return send(response, refused, true);
    const operation = paths.get(request.url ?? '') as string;
    const position = demandedPosition(request.headers[positionHeader]);
    let length = 0;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= this.#longest) chunks.push(chunk);
      else if (!response.headersSent) send(response, tooLarge, true);
    });
    request.on('end', () => {
      if (length > this.#longest) return;
      this.#answer(operation, chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), position, response);
    });
    request.on('error', () => response.destroy());
  }

  #answer(operation: string, body: Buffer, position: number, response: ServerResponse): void {
    let asked: unknown;
    try {
      // Unreadable bytes must not become a name that somebody may have.
      if (!isUtf8(body)) return send(response, unreadable);
      asked = JSON.parse(body.toString());
    } catch {
      return send(response, unreadable);
    }
    const answer = this.#answers(operation, asked, position);
    if (answer instanceof Promise) void answer.then((each) => send(response, each));
    else this.#sendTogether(response, answer);
  }

  /**
   * Answers of one turn of the event loop go out one right after the other. Each by itself would wake a client that
   * sleeps, and the next would find it asleep again: that costs more than the decision.
   */
  #sendTogether(response: ServerResponse, answer: InquiryAnswer): void {
    if (this.#answered.push({ response, answer }) > 1) return;
    setImmediate(() => {
      const answered = this.#answered;
      this.#answered = [];
      for (const each of answered) send(each.response, each.answer);
    });
  }

  #refusal({ url = '', method, headers }: IncomingMessage): InquiryAnswer | undefined {
    if (!this.#isTrusted(headers.authorization)) return unauthorized;
    // A page in a browser on this machine could ask, too, by a name of its own that leads here.
    if (!this.#authorization && !isLoopback(hostIn(headers.host))) return foreignHost;
    if (!paths.has(url)) return notFound;
    if (method !== 'POST') return notAllowed;
    if (!isJson(headers['content-type'])) return noJson;
    return Number(headers['content-length'] ?? 0) > this.#longest ? tooLarge : undefined;
  }

  #isTrusted(given = ''): boolean {
    const expected = this.#authorization;
    if (!expected) return true;
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  }
}

const hostIn = (host = ''): string => host.replace(/:\d+$/, '');

const isJson = (type = ''): boolean => {
  if (type === 'application/json') return true;
  const [media = ''] = type.split(';');
  return media.trim() === 'application/json' || media.trim() === 'application/x-amz-json-1.1';
};

function send(response: ServerResponse, { status, body }: InquiryAnswer, last = false): void {
  const headers = ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))];
  if (status === 401) headers.push('www-authenticate', 'Bearer');
  if (last) headers.push('connection', 'close');
  response.writeHead(status, headers).end(body);
}
