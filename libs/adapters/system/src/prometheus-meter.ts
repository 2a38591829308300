import type { Meter } from '@tripline/ports';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300];
type Labels = Readonly<Record<string, string>>;

/** A `Meter` that keeps Prometheus metrics, made at first use; `text` is what `/metrics` answers. */
export class PrometheusMeter implements Meter {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  count(name: string, labels: Labels = {}, by = 1): void {
    this.#made(this.#counters, name, () => new Counter(this.#options(name, labels))).inc(labels, by);
  }

  gauge(name: string, value: number, labels: Labels = {}): void {
    this.#made(this.#gauges, name, () => new Gauge(this.#options(name, labels))).set(labels, value);
  }

  observe(name: string, value: number, labels: Labels = {}): void {
    this.#made(this.#histograms, name, () => new Histogram({ ...this.#options(name, labels), buckets: BUCKETS_SECONDS })).observe(
      labels,
      value,
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #options(name: string, labels: Labels): { name: string; help: string; labelNames: string[]; registers: Registry[] } {
    return { name, help: name.replaceAll('_', ' '), labelNames: Object.keys(labels), registers: [this.#registry] };
  }

  #made<T>(metrics: Map<string, T>, name: string, make: () => T): T {
    const known = metrics.get(name);
    if (known !== undefined) return known;
    const metric = make();
    metrics.set(name, metric);
    return metric;
  }
}
