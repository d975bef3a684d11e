import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

interface Series {
  readonly requests: Counter.Internal;
  readonly seconds: Histogram.Internal<string>;
}

/** What `/metrics` tells, in Prometheus' text form. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  /** Looked up by text: building and hashing label objects costs more than counting. */
  readonly #series = new Map<string, Series>();

  constructor() {
    // Ten samples a second, not a hundred: those alone would be half of what an idle process burns.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
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
    const name = `${operation} ${status}`;
    let series = this.#series.get(name);
    if (!series) {
      series = { requests: this.#requests.labels(operation, String(status)), seconds: this.#seconds.labels(operation) };
      this.#series.set(name, series);
    }
    series.requests.inc();
    series.seconds.observe(seconds);
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
