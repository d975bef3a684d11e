import { type sendUnaryData, Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Faults } from '../faults.js';
import type { Store } from '../store.js';
import { append } from './append.testing.js';
import type { Backend } from './backend.testing.js';
import { batchAppend } from './batch-append.testing.js';
import { getSupportedMethods, readGossip } from './cluster.testing.js';
import { Connections } from './connections.testing.js';
import { GossipService, ServerFeaturesService, StreamsService } from './protocol.testing.js';
import { read } from './read.testing.js';
import { Refusal } from './refusals.testing.js';
import { softDelete, tombstone } from './remove.testing.js';

/** The server of 20.10, the first with this protocol, lacks what later ones have. */
export type Release = '20.10' | '24.10';

export interface Settings {
  readonly store: Store;
  readonly faults: Faults;
  readonly port: number;
  readonly release: Release;
  readonly maxAppendSize: number;
}

export interface Running {
  readonly port: number;
  readonly connections: Connections;
  stop(): Promise<void>;
}

/** The gRPC server in front of a store. */
export async function serve({ release, port, ...rest }: Settings): Promise<Running> {
  const connections = new Connections();
  const endpoint = { address: '127.0.0.1', port };
  const backend: Backend = { ...rest, connections, endpoint };
  // A server takes larger messages than gRPC does of itself: what is too large for an append is its own to say.
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  const unary = (handler: Unary) => unaryOf(handler, backend);
  const streaming = (handler: Streaming) => streamingOf(handler, backend);
  const implementation: UntypedServiceImplementation = {
    read: streaming(read as Streaming),
    append: unary(append as Unary),
    delete: unary(softDelete as Unary),
    tombstone: unary(tombstone as Unary),
  };
  server.addService(GossipService, { read: unary(readGossip as Unary) });
  if (release === '20.10') {
    const { batchAppend: _, ...without } = StreamsService;
    server.addService(without, implementation);
  } else {
    server.addService(StreamsService, { ...implementation, batchAppend: streaming(batchAppend as Streaming) });
    server.addService(ServerFeaturesService, { getSupportedMethods: unary(getSupportedMethods as Unary) });
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  endpoint.port = await connections.listen(port, (socket) => injector.injectConnection(socket));
  const stop = async () => {
    await connections.close();
    server.forceShutdown();
  };
  return { port: endpoint.port, connections, stop };
}

type Call = { cancelled: boolean; destroy(error?: Error): unknown; emit(event: string, error: unknown): boolean };
type Unary = (backend: Backend, call: never, answer: never) => Promise<void>;
type Streaming = (backend: Backend, call: never) => Promise<void>;

const unaryOf = (handler: Unary, backend: Backend) => (call: Call, answer: sendUnaryData<unknown>) => {
  handler(backend, call as never, answer as never).catch((error: unknown) => {
    if (!call.cancelled) answer(statusOf(error));
  });
};

const streamingOf = (handler: Streaming, backend: Backend) => (call: Call) => {
  // A call that the client leaves breaks whatever was being done for it.
  handler(backend, call as never).catch((error: unknown) => {
    if (!call.cancelled) call.emit('error', statusOf(error));
  });
};

const statusOf = (error: unknown): { code: number; details: string } =>
  error instanceof Refusal ? error : { code: 2, details: String(error) };
