import { connect, type Socket } from 'node:net';

/** Speaks NATS's protocol by hand: what is refused is told by the server itself, not by a library. */
export class NatsClient {
  readonly #socket: Socket;
  #heard = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#heard += bytes;
    });
  }

  /** Rejects with the server's own words when it does not let this user in. */
  static async connect(port: number, login: { user?: string; pass?: string }): Promise<NatsClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new NatsClient(socket);
    client.#send(`CONNECT ${JSON.stringify({ verbose: false, pedantic: false, ...login })}`);
    const answer = await client.exchange();
    if (!answer.includes('PONG')) throw new Error(answer.trim());
    return client;
  }

  /** Sends the lines and gives back all that has come since the last time, until the server had seen to them. */
  async exchange(lines: readonly string[] = []): Promise<string> {
    this.#send(...lines, 'PING');
    const end = performance.now() + 5000;
    while (!/^PONG\r$/m.test(this.#heard) && !this.#socket.closed && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const heard = this.#heard;
    this.#heard = '';
    return heard;
  }

  /** Subjects of those tried that the server refuses. */
  async refused(verb: 'publish' | 'subscribe', subjects: readonly string[], queue = ''): Promise<string[]> {
    const answer = await this.exchange(
      subjects.map((subject, n) => (verb === 'publish' ? `PUB ${subject} 0\r\n` : `SUB ${subject} ${queue} ${n + 1}`)),
    );
    const refusals = answer.matchAll(/-ERR 'Permissions Violation for (?:Publish|Subscription) to "([^"]+)"/g);
    return Array.from(refusals, ([, subject]) => subject as string);
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(...lines: string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }
}

/** Whether an allowed subject or pattern of NATS covers another one. */
export function covers(allowed: string, asked: string): boolean {
  const want = asked.split('.');
  const have = allowed.split('.');
  for (const [at, word] of have.entries()) {
    if (word === '>') return want.length > at;
    if (want[at] === undefined || want[at] === '>') return false;
    if (word !== '*' && word !== want[at]) return false;
  }
  return have.length === want.length;
}
