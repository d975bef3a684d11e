import { METHODS, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Gateway, Incoming, Outgoing } from '@muniment/gateway';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Configuration } from './configuration.js';
import { nestLogger } from './logger.js';

export const GATEWAY = Symbol('gateway');

const headerBytes = 16 * 1024;
const noBody = Buffer.alloc(0);
/** For how long answers tell clients to let go of their connections before the idle ones are cut; no longer than any is open. */
const drainMilliseconds = 500;
const lookMilliseconds = 25;

/**
 * Starts a Nest application whose AWS traffic goes straight from Fastify to the gateway: authentication is one step on
 * the raw request, not a middleware that a path could slip past.
 */
export async function startHttp(
  root: Type | { module: Type },
  { host, port, maxBodyBytes }: Pick<Configuration, 'host' | 'port' | 'maxBodyBytes'>,
  logger: Logger,
): Promise<{ app: NestFastifyApplication; url: string }> {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    // Nothing here is Nest middleware; what is not registered is not run for each request.
    skipMiddie: true,
    http: { maxHeaderSize: headerBytes },
    forceCloseConnections: 'idle',
    // What comes on open connections while the server ends is answered as ever, and is the last on its connection.
    return503OnClosing: false,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      refuseUnread(app.get<Gateway>(GATEWAY), error, request, reply),
  } as never);
  const app = await NestFactory.create<NestFastifyApplication>(root as Type, adapter, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  openDoor(app, app.get<Gateway>(GATEWAY));
  await app.listen(port, host);
  return { app, url: await app.getUrl() };
}

const errorBody = (code: string, message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message.replace(/[<>&]/g, ' ')}</Message></Error></ErrorResponse>`;

/** What is no HTTP request, or has more headers than anyone needs, is refused before anything reads it. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const body = tooLarge
    ? errorBody(
        'RequestHeaderSectionTooLarge',
        `Your request header section exceeds the maximum of ${headerBytes} bytes.`,
      )
    : errorBody('MalformedInput', 'The request cannot be read.');
  const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const incomingOf = ({ raw, body }: FastifyRequest): Incoming => ({
  method: raw.method ?? 'GET',
  target: raw.url ?? '/',
  rawHeaders: raw.rawHeaders,
  headers: raw.headers,
  body: Buffer.isBuffer(body) ? body : noBody,
  remoteAddress: raw.socket.remoteAddress ?? '',
  secure: 'encrypted' in raw.socket,
});

/** Larger answers are made into bytes once, instead of being measured and then written. */
const bytesFrom = 4096;

const send = (reply: FastifyReply, { status, headers, body }: Outgoing): FastifyReply =>
  reply
    .code(status)
    .headers(headers)
    .send(typeof body === 'string' && body.length > bytesFrom ? Buffer.from(body) : body);

/** What of a request that Fastify gave up on is the sender's fault, by status; all else is ours. */
function faultOf({ statusCode = 500 }: FastifyError): { code: string; message: string } {
  if (statusCode === 413) return { code: 'RequestEntityTooLarge', message: 'The request is too large.' };
  if (statusCode < 500) return { code: 'MalformedInput', message: 'The request cannot be read.' };
  return { code: 'InternalFailure', message: 'The request processing has failed because of an unknown error.' };
}

/** Path that cannot be decoded, body too large or cut off: answered in AWS's shape and recorded like any call. */
function refuseUnread(gateway: Gateway, error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  gateway.refuseUnread(incomingOf(request), faultOf(error)).then(
    (answer) => send(reply, answer),
    () => reply.raw.destroy(),
  );
}

/**
 * Clients hear that their connections end, and go elsewhere. What was under way before is answered without such a word,
 * and its connection is idle only then: it would stay open, and the server with it.
 */
async function drain(server: Server): Promise<void> {
  const connections = promisify(server.getConnections.bind(server));
  for (const end = performance.now() + drainMilliseconds; performance.now() < end; await sleep(lookMilliseconds)) {
    if ((await connections()) === 0) break;
  }
  const cutting = setInterval(() => server.closeIdleConnections(), lookMilliseconds);
  server.once('close', () => clearInterval(cutting));
}

/** Every method and path that is no health route is an AWS request. */
function openDoor(app: NestFastifyApplication, gateway: Gateway): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preClose', () => drain(app.getHttpServer() as Server));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const method of METHODS) {
    if (!fastify.supportedMethods.includes(method)) fastify.addHttpMethod(method, { hasBody: true });
  }
  fastify.route({
    method: fastify.supportedMethods,
    url: '/*',
    handler: async (request, reply) => send(reply, await gateway.handle(incomingOf(request))),
    errorHandler: (error: FastifyError, request, reply) => refuseUnread(gateway, error, request, reply),
  });
}
