import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';

type Fault = 'pass' | 'black hole' | 'drop answers';

interface Chunk {
  readonly bytes: Buffer;
  readonly due: number;
}

/** Beyond this a held direction takes no more: the sender's own buffers fill, as on a network that is gone. */
const heldBytes = 2 ** 20;

/** One direction of one connection. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #held: Chunk[] = [];
  readonly #proxy: TcpProxy;
  readonly #answers: boolean;
  #bytes = 0;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(proxy: TcpProxy, from: Socket, to: Socket, answers: boolean) {
    this.#proxy = proxy;
    this.#from = from;
    this.#to = to;
    this.#answers = answers;
    from.on('data', (bytes: Buffer) => {
      if (answers && proxy.fault === 'drop answers') return;
      this.#held.push({ bytes, due: performance.now() + proxy.latency });
      this.#bytes += bytes.length;
      if (this.#bytes > heldBytes) from.pause();
      this.pump();
    });
    from.once('end', () => {
      this.#ended = true;
      this.pump();
    });
    from.resume();
  }

  /** Sends on what may go now. */
  pump(): void {
    clearTimeout(this.#timer);
    if (this.#proxy.fault === 'black hole' || (this.#answers && this.#proxy.fault === 'drop answers')) return;
    for (let next = this.#held[0]; next; next = this.#held[0]) {
      const wait = next.due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), wait);
        return;
      }
      this.#held.shift();
      this.#bytes -= next.bytes.length;
      this.#to.write(next.bytes);
    }
    if (this.#bytes < heldBytes) this.#from.resume();
    if (this.#ended) this.#to.end();
  }

  /** Nobody is there any more to send to. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#held.length = 0;
  }
}

/** Stands between a client and a server and does what networks do. Faults hold until `pass()`. */
export class TcpProxy {
  #target: number;
  readonly #clients = new Map<Socket, { upstream: Socket; directions: readonly Direction[] } | undefined>();
  #server: Server | undefined;
  #port = 0;
  fault: Fault = 'pass';
  latency = 0;

  constructor(targetPort: number) {
    this.#target = targetPort;
  }

  get port(): number {
    return this.#port;
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#clients.size;
  }

  /** As if nothing stood between; what was held goes on its way. A stream that has lost something is broken. */
  async pass(): Promise<void> {
    if (this.fault === 'drop answers') this.reset();
    this.fault = 'pass';
    this.latency = 0;
    if (!this.#server) await this.listen();
    for (const [client, link] of this.#clients) {
      if (link) for (const direction of link.directions) direction.pump();
      else this.#link(client);
    }
  }

  /** Ends the connections there are, in good order (FIN). */
  cut(): void {
    this.#endAll((socket) => socket.end());
  }

  /** Breaks the connections there are (RST). */
  reset(): void {
    this.#endAll((socket) => socket.resetAndDestroy());
  }

  /** Connections stay and can be made; nothing comes through. */
  blackHole(): void {
    this.fault = 'black hole';
  }

  /** What clients send arrives; what the server answers is lost. */
  dropAnswers(): void {
    this.fault = 'drop answers';
  }

  /** Everything takes so much longer, each way. */
  delay(milliseconds: number): void {
    this.latency = milliseconds;
  }

  /** Breaks the connections and takes no new ones. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.reset();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** New connections lead elsewhere; those that there are stay. */
  leadTo(targetPort: number): void {
    this.#target = targetPort;
  }

  close(): Promise<void> {
    return this.refuse();
  }

  async listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as { port: number }).port;
  }

  #accept(client: Socket): void {
    this.#clients.set(client, undefined);
    client.setNoDelay();
    client.on('error', () => undefined);
    client.once('close', () => {
      const link = this.#clients.get(client);
      for (const direction of link?.directions ?? []) direction.stop();
      link?.upstream.destroy();
      this.#clients.delete(client);
    });
    if (this.fault === 'black hole') client.pause();
    else this.#link(client);
  }

  #link(client: Socket): void {
    const upstream = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    // A server that is away is for the client what it would be without a proxy.
    upstream.on('error', () => client.resetAndDestroy());
    upstream.once('close', () => client.destroySoon());
    const directions = [new Direction(this, client, upstream, false), new Direction(this, upstream, client, true)];
    this.#clients.set(client, { upstream, directions });
  }

  #endAll(end: (socket: Socket) => void): void {
    for (const [client, link] of this.#clients) {
      end(client);
      if (link) end(link.upstream);
    }
  }
}

/**
 * Starts a proxy on a free port in front of a server of this machine.
 *
 * @example `const proxy = await startProxy(redis.port); proxy.blackHole(); … await proxy.pass(); … await proxy.close();`
 */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const proxy = new TcpProxy(targetPort);
  await proxy.listen();
  return proxy;
}
