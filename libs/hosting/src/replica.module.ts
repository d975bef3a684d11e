import { GATEWAY, HEALTH, HealthController, Metrics } from '@muniment/nest';
import { type DynamicModule, Module } from '@nestjs/common';
import { Replica, type Serving } from './replica.js';
import type { Parts, ServiceOptions } from './parts.js';

export const REPLICA = Symbol('replica');

/** What a service makes of its parts: it has started when the promise resolves. */
export type Serve = (parts: Parts) => Promise<Serving>;

/** Wires one service into Nest: its health, its metrics and, for the gateway, its door. */
@Module({})
export class ReplicaModule {
  static with(options: Omit<ServiceOptions, 'metrics' | 'status'>, serve: Serve): DynamicModule {
    return {
      module: ReplicaModule,
      controllers: [HealthController],
      providers: [
        Metrics,
        {
          provide: REPLICA,
          useFactory: (metrics: Metrics) => Replica.open({ ...options, metrics }, serve),
          inject: [Metrics],
        },
        { provide: GATEWAY, useFactory: (replica: Replica) => replica.gateway, inject: [REPLICA] },
        { provide: HEALTH, useExisting: REPLICA },
      ],
    };
  }
}
