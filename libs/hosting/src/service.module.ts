import { GATEWAY, HEALTH, HealthController, Metrics } from '@muniment/nest';
import { type DynamicModule, Module } from '@nestjs/common';
import { Service, type Serving } from './service.js';
import type { Parts, ServiceOptions } from './parts.js';

export const SERVICE = Symbol('service');

/** What a service makes of its parts: it has started when the promise resolves. */
export type Serve = (parts: Parts) => Promise<Serving>;

/** Wires one service into Nest: its health, its metrics and, for the gateway, its door. */
@Module({})
export class ServiceModule {
  static with(options: Omit<ServiceOptions, 'metrics' | 'status'>, serve: Serve): DynamicModule {
    return {
      module: ServiceModule,
      controllers: [HealthController],
      providers: [
        Metrics,
        {
          provide: SERVICE,
          useFactory: (metrics: Metrics) => Service.open({ ...options, metrics }, serve),
          inject: [Metrics],
        },
        { provide: GATEWAY, useFactory: (service: Service) => service.gateway, inject: [SERVICE] },
        { provide: HEALTH, useExisting: SERVICE },
      ],
    };
  }
}
