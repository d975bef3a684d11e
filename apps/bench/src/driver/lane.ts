import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Response, ResponseReader } from './response-reader.js';

/** Where a server listens. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const readBytes = 64 * 1024;

/**
 * One keep-alive connection with at most one request under way. It works on the socket itself: the driver shares the
 * machine with the server, so what the driver burns the server lacks.
 */
export class Lane {
  readonly #socket: Socket;
  #answered: ((response: Response) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(target: Target, keepsBodies: boolean) {
    const reader = new ResponseReader(keepsBodies);
    const callback = (count: number, bytes: Uint8Array) => {
      this.#read(reader, (bytes as Buffer).subarray(0, count));
      return true;
    };
    this.#socket = connect({ ...target, noDelay: true, onread: { buffer: Buffer.allocUnsafe(readBytes), callback } });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(target: Target, { keepsBodies = false } = {}): Promise<Lane> {
    const lane = new Lane(target, keepsBodies);
    await once(lane.#socket, 'connect');
    return lane;
  }

  /** Sends one request; exactly one of the two functions is called. */
  send(request: Buffer, answered: (response: Response) => void, failed: (error: Error) => void): void {
    this.#answered = answered;
    this.#failed = failed;
    if (this.#socket.destroyed) this.#fail(new Error('the connection is closed'));
    else this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(reader: ResponseReader, bytes: Buffer): void {
    try {
      const response = reader.push(bytes);
      if (!response) return;
      const answered = this.#answered;
      this.#answered = undefined;
      this.#failed = undefined;
      answered?.(response);
    } catch (error) {
      this.#fail(error as Error);
      this.close();
    }
  }

  #fail(error: Error): void {
    const failed = this.#failed;
    this.#answered = undefined;
    this.#failed = undefined;
    failed?.(error);
  }
}
