import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` tells, in Prometheus' text form. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter;
  readonly #seconds: Histogram;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Counter({
      name: 'muniment_requests_total',
      help: 'API calls answered, by operation and status',
      labelNames: ['operation', 'status'],
      registers: [this.registry],
    });
    this.#seconds = new Histogram({
      name: 'muniment_request_seconds',
      help: 'Time from a call to its answer',
      labelNames: ['operation'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers: [this.registry],
    });
  }

  answered(operation: string, status: number, seconds: number): void {
    this.#requests.inc({ operation, status });
    this.#seconds.observe({ operation }, seconds);
  }

  /** A figure that is read when the metrics are. */
  watch(name: string, help: string, labels: Record<string, string>, read: () => number): void {
    const existing = this.registry.getSingleMetric(name) as Gauge | undefined;
    const gauge = existing ?? new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
    const collect = (gauge as unknown as { watched?: (() => void)[] }).watched;
    const update = () => gauge.set(labels, read());
    if (collect) collect.push(update);
    else {
      const all = [update];
      Object.assign(gauge, { watched: all, collect: () => all.forEach((each) => each()) });
    }
  }
}
