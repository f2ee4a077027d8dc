/** What becomes of orders, as Prometheus metrics: the same for one process and for the bots of a fleet. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

/** The sums since the start. */
export interface OrderTotals {
  readonly poems: number;
  readonly waitedSeconds: number;
  readonly ranSeconds: number;
  /** Orders without a poem, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
}

export class OrderMetrics {
  readonly #waited: Histogram;
  readonly #ran: Histogram;
  readonly #refusals: Counter<'reason'>;
  readonly #counter: Counter;
  #poems = 0;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#counter = new Counter({ name: 'shiren_poems_total', help: 'Poems written.', registers });
    this.#waited = new Histogram({
      name: 'shiren_queue_wait_seconds',
      help: 'Time from an order to its place in the batch.',
      buckets: SECONDS,
      registers,
    });
    this.#ran = new Histogram({
      name: 'shiren_run_seconds',
      help: 'Time from the place in the batch to the poem.',
      buckets: SECONDS,
      registers,
    });
    this.#refusals = new Counter({
      name: 'shiren_refusals_total',
      help: 'Orders without a poem, by reason.',
      labelNames: ['reason'],
      registers,
    });
  }

  get poems(): number {
    return this.#poems;
  }

  countPoem(waitedMs: number, ranMs: number): void {
    this.#poems++;
    this.#counter.inc();
    this.#waited.observe(waitedMs / 1000);
    this.#ran.observe(ranMs / 1000);
  }

  countRefusal(reason: string): void {
    this.#refusals.inc({ reason });
  }

  async totals(): Promise<OrderTotals> {
    const refusals: Record<string, number> = {};
    for (const { labels, value } of (await this.#refusals.get()).values) {
      refusals[String(labels.reason)] = value;
    }
    return {
      poems: this.#poems,
      waitedSeconds: await sumOf(this.#waited),
      ranSeconds: await sumOf(this.#ran),
      refusals,
    };
  }
}

async function sumOf(histogram: Histogram): Promise<number> {
  const { name, values } = await histogram.get();
  return values.find(({ metricName }) => metricName === `${name}_sum`)?.value ?? 0;
}

/** Adds a gauge whose value is read at each scrape. */
export function addGauge(registry: Registry, name: string, help: string, value: () => number): void {
  const collect = function (this: Gauge) {
    this.set(value());
  };
  new Gauge({ name, help, registers: [registry], collect });
}
