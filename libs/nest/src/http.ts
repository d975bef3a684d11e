import type { Gateway } from '@muniment/gateway';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { Configuration } from './configuration.js';
import { nestLogger } from './logger.js';

export const GATEWAY = Symbol('gateway');

const headerBytes = 16 * 1024;
const noBody = Buffer.alloc(0);

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
    http: { maxHeaderSize: headerBytes },
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    routerOptions: { ignoreTrailingSlash: false },
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

/** Every method and path that is no health route is an AWS request. */
function openDoor(app: NestFastifyApplication, gateway: Gateway): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.route({
    method: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'],
    url: '/*',
    async handler(request, reply) {
      const { raw } = request;
      const answer = await gateway.handle({
        method: raw.method ?? 'GET',
        target: raw.url ?? '/',
        rawHeaders: raw.rawHeaders,
        headers: raw.headers,
        body: Buffer.isBuffer(request.body) ? request.body : noBody,
        remoteAddress: raw.socket.remoteAddress ?? '',
        secure: 'encrypted' in raw.socket,
      });
      reply.code(answer.status).headers(answer.headers);
      return reply.send(answer.body);
    },
  });
}
