import { type Configuration, GATEWAY, HEALTH, HealthController, Metrics } from '@muniment/nest';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { Solo } from './solo.js';

export const SOLO = Symbol('solo');

/** Wires the one process into Nest. */
@Module({})
export class SoloModule {
  static with(configuration: Configuration, logger: Logger, failed: (error: unknown) => void): DynamicModule {
    return {
      module: SoloModule,
      controllers: [HealthController],
      providers: [
        Metrics,
        {
          provide: SOLO,
          useFactory: (metrics: Metrics) => Solo.open({ configuration, logger, metrics, failed }),
          inject: [Metrics],
        },
        { provide: GATEWAY, useFactory: (solo: Solo) => solo.gateway, inject: [SOLO] },
        { provide: HEALTH, useExisting: SOLO },
      ],
    };
  }
}
