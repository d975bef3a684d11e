import { createServer, type Server as NetServer, type Socket } from 'node:net';

/** How a connection ends: orderly, or torn. */
export type Drop = 'fin' | 'rst';

/** The sockets under the server, so that tests can cut them. */
export class Connections {
  readonly #sockets = new Map<string, Socket>();
  /** The peers that follow something, once for each subscription. */
  readonly #subscribers: string[] = [];
  #listener: NetServer | undefined;

  /** Accepts on a port, 0 for any that is free, and says which. */
  async listen(port: number, accept: (socket: Socket) => void): Promise<number> {
    const listener = createServer((socket) => {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      this.#sockets.set(peer, socket);
      socket.once('close', () => this.#sockets.delete(peer));
      socket.on('error', () => socket.destroy());
      accept(socket);
    });
    this.#listener = listener;
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, '127.0.0.1', resolve);
    });
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return address.port;
  }

  drop(peer: string, how: Drop): void {
    const socket = this.#sockets.get(peer);
    if (how === 'rst') socket?.resetAndDestroy();
    else socket?.end();
  }

  /** Remembers that a subscription runs over this peer's connection; returns how to forget it. */
  subscribed(peer: string): () => void {
    this.#subscribers.push(peer);
    return () => {
      this.#subscribers.splice(this.#subscribers.indexOf(peer), 1);
    };
  }

  get subscriptions(): number {
    return this.#subscribers.length;
  }

  dropSubscribers(how: Drop): void {
    for (const peer of new Set(this.#subscribers)) this.drop(peer, how);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#listener?.close(resolve));
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }
}
