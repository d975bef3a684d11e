import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { Configuration } from './configuration.js';
import { nestLogger } from './logger.js';

/** Starts a Nest application whose only HTTP is its health: it is asked over the bus. */
export async function startHealth(
  root: Type | { module: Type },
  { host, port }: Pick<Configuration, 'host' | 'port'>,
  logger: Logger,
): Promise<{ app: NestFastifyApplication; url: string }> {
  const adapter = new FastifyAdapter({ bodyLimit: 1024, forceCloseConnections: true, requestTimeout: 10_000 } as never);
  const app = await NestFactory.create<NestFastifyApplication>(root as Type, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  await app.listen(port, host);
  return { app, url: await app.getUrl() };
}
