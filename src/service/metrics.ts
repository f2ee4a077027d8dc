/** The metrics of the service, in the Prometheus text format. All of its counting is done here. */

import { Counter, Registry } from 'prom-client';
import { ENGINE_TOTALS, type EngineTotal, EngineTotals } from './engine-totals.ts';
import { registerGpuMetrics } from './gpu-metrics.ts';
import { addGauge, OrderMetrics } from './order-metrics.ts';
import type { SharedStats } from './shared-stats.ts';
import type { Workload } from './workload.ts';

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
  readonly #orders: OrderMetrics;
  #restarts = 0;
  readonly #reloads: Counter<'outcome'>;

  constructor(read: () => ServiceGauges) {
    const registers = [this.#registry];
    this.#engine = new EngineTotals(() => read().stats);
    this.#orders = new OrderMetrics(this.#registry);
    this.#total('shiren_engine_restarts_total', 'Engine threads that crashed or hung.', () => this.#restarts);
    this.#reloads = new Counter({
      name: 'shiren_reloads_total',
      help: 'Checkpoint reloads by outcome.',
      labelNames: ['outcome'],
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
    addGauge(this.#registry, name, help, value);
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
    return this.#orders.poems;
  }

  get restarts(): number {
    return this.#restarts;
  }

  countPoem(waitedMs: number, ranMs: number): void {
    this.#orders.countPoem(waitedMs, ranMs);
  }

  countRefusal(reason: string): void {
    this.#orders.countRefusal(reason);
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
    return {
      ...(await this.#orders.totals()),
      restarts: this.#restarts,
      ticks: this.#engine.get('ticks'),
      rows: this.#engine.get('rows'),
      tokens: this.#engine.get('tokens'),
    };
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
