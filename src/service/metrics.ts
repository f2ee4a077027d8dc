/** The metrics of the service, in the Prometheus text format. All of its counting is done here. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ENGINE_TOTALS, type EngineTotal, EngineTotals } from './engine-totals.ts';
import { registerGpuMetrics } from './gpu-metrics.ts';
import type { SharedStats } from './shared-stats.ts';
import type { Workload } from './workload.ts';

const SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

const ENGINE_COUNTERS: { readonly [field in EngineTotal]: { readonly name: string; readonly help: string } } =
  {
    ticks: { name: 'shiren_ticks_total', help: 'Steps of the running batch.' },
    rows: {
      name: 'shiren_rows_total',
      help: 'Rows advanced, summed over ticks; divided by ticks, the batch occupancy.',
    },
    tokens: { name: 'shiren_tokens_total', help: 'Characters drawn.' },
    multiplyAdds: { name: 'shiren_multiply_adds_total', help: 'Multiply-adds in products for rows.' },
  };

/** Current values, read at each scrape. */
export interface ServiceGauges {
  readonly waiting: number;
  readonly running: number;
  readonly breakerOpen: boolean;
  readonly stats: SharedStats;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #engine: EngineTotals;
  #poems = 0;
  #restarts = 0;
  readonly #waited: Histogram;
  readonly #ran: Histogram;
  readonly #reloads: Counter<'outcome'>;
  readonly #refusals: Counter<'reason'>;

  constructor(read: () => ServiceGauges) {
    const registers = [this.#registry];
    this.#engine = new EngineTotals(() => read().stats);
    this.#total('shiren_poems_total', 'Poems written.', () => this.#poems);
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
    this.#total('shiren_engine_restarts_total', 'Engine threads that crashed or hung.', () => this.#restarts);
    this.#reloads = new Counter({
      name: 'shiren_reloads_total',
      help: 'Checkpoint reloads by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.#refusals = new Counter({
      name: 'shiren_refusals_total',
      help: 'Orders without a poem, by reason.',
      labelNames: ['reason'],
      registers,
    });
    for (const field of ENGINE_TOTALS) {
      const { name, help } = ENGINE_COUNTERS[field];
      this.#total(name, help, () => this.#engine.get(field));
    }
    this.#addGauges(read);
    registerGpuMetrics(this.#registry);
  }

  #addGauges(read: () => ServiceGauges): void {
    const stat = (field: Parameters<SharedStats['get']>[0]) => () => read().stats.get(field);
    this.#gauge('shiren_waiting', 'Orders that wait.', () => read().waiting);
    this.#gauge('shiren_running', 'Orders in the batch.', () => read().running);
    this.#gauge('shiren_breaker_open', '1 while the engine rests after crashes.', () =>
      Number(read().breakerOpen),
    );
    this.#gauge(
      'shiren_engine_bytes',
      'Memory of the engine: its tensors, and that of our own kernels.',
      stat('engineBytes'),
    );
    this.#gauge('shiren_engine_tensors', 'Tensors alive.', stat('tensors'));
    this.#gauge('shiren_engine_heap_bytes', "The engine thread's heap.", stat('heapBytes'));
    this.#gauge('shiren_process_bytes', 'Resident memory of the whole process.', () =>
      process.memoryUsage.rss(),
    );
  }

  #gauge(name: string, help: string, value: () => number): void {
    const registers = [this.#registry];
    const collect = function (this: Gauge) {
      this.set(value());
    };
    new Gauge({ name, help, registers, collect });
  }

  /** A counter whose value is kept elsewhere. */
  #total(name: string, help: string, value: () => number): void {
    const registers = [this.#registry];
    const collect = function (this: Counter) {
      this.reset();
      this.inc(value());
    };
    new Counter({ name, help, registers, collect });
  }

  get poems(): number {
    return this.#poems;
  }

  get restarts(): number {
    return this.#restarts;
  }

  countPoem(waitedMs: number, ranMs: number): void {
    this.#poems++;
    this.#waited.observe(waitedMs / 1000);
    this.#ran.observe(ranMs / 1000);
  }

  countRefusal(reason: string): void {
    this.#refusals.inc({ reason });
  }

  countReload(outcome: 'loaded' | 'refused'): void {
    this.#reloads.inc({ outcome });
  }

  /** Counts the end of an engine thread, whose statistics are added to the totals. */
  countRestart(stats: SharedStats): void {
    this.#restarts++;
    this.#engine.retire(stats);
  }

  async workload(): Promise<Workload> {
    const refusals: Record<string, number> = {};
    for (const { labels, value } of (await this.#refusals.get()).values) {
      refusals[String(labels.reason)] = value;
    }
    return {
      poems: this.#poems,
      waitedSeconds: await sumOf(this.#waited),
      ranSeconds: await sumOf(this.#ran),
      restarts: this.#restarts,
      ticks: this.#engine.get('ticks'),
      rows: this.#engine.get('rows'),
      tokens: this.#engine.get('tokens'),
      refusals,
    };
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

async function sumOf(histogram: Histogram): Promise<number> {
  const { name, values } = await histogram.get();
  return values.find(({ metricName }) => metricName === `${name}_sum`)?.value ?? 0;
}
