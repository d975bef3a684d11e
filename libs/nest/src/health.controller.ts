import { Controller, Get, Header, HttpException, HttpStatus, Inject } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** One named check of readiness; `detail` says how it stands. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Without it the process goes on from what it has: it is degraded, and stays in service. */
  readonly dispensable?: boolean;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface Health {
  checks(): Promise<readonly Check[]>;
}

export type HealthStatus = 'ok' | 'degraded' | 'unavailable';

export const HEALTH = Symbol('health');

/** For Kubernetes and Prometheus: the only routes that need no signature, and tell nothing of any account. */
@Controller()
export class HealthController {
  readonly #health: Health;
  readonly #metrics: Metrics;

  constructor(@Inject(HEALTH) health: Health, @Inject(Metrics) metrics: Metrics) {
    this.#health = health;
    this.#metrics = metrics;
  }

  @Get('livez')
  livez() {
    return { status: 'ok' };
  }

  @Get('readyz')
  async readyz() {
    const checks = await this.#health.checks();
    const body = {
      status: statusOf(checks),
      checks: Object.fromEntries(checks.map(({ name, ok, detail }) => [name, { ok, ...detail }])),
    };
    if (body.status === 'unavailable') throw new HttpException(body, HttpStatus.SERVICE_UNAVAILABLE);
    return body;
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics() {
    return this.#metrics.registry.metrics();
  }
}

/** `unavailable`: nothing should be sent here; `degraded`: it serves, but something it follows is away. */
export function statusOf(checks: readonly Check[]): HealthStatus {
  if (checks.some(({ ok, dispensable }) => !ok && !dispensable)) return 'unavailable';
  return checks.every(({ ok }) => ok) ? 'ok' : 'degraded';
}
