/** What the service measures of itself, in Prometheus' text format. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { registerGpuMetrics } from './gpu-metrics.ts';
import type { SharedStats } from './protocol.ts';
import type { Work } from './workload.ts';

const SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

/** What the engine's thread counts. */
const TOTALS = {
  ticks: { name: 'shiren_ticks_total', help: 'Steps of the running batch.' },
  rows: {
    name: 'shiren_rows_total',
    help: 'Rows advanced, summed over ticks; divided by ticks, the batch occupancy.',
  },
  tokens: { name: 'shiren_tokens_total', help: 'Characters drawn.' },
  multiplyAdds: { name: 'shiren_multiply_adds_total', help: 'Multiply-adds in products for rows.' },
} as const;
type Total = keyof typeof TOTALS;

/** Read whenever metrics are asked for. */
export interface Gauged {
  readonly waiting: number;
  readonly running: number;
  readonly breakerOpen: boolean;
  readonly pulse: SharedStats;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly poems: Counter;
  readonly waited: Histogram;
  readonly ran: Histogram;
  readonly restarts: Counter;
  readonly reloads: Counter<'outcome'>;
  readonly refusals: Counter<'reason'>;
  readonly #read: () => Gauged;
  /** What engine threads that have ended had counted. */
  readonly #past = { ticks: 0, rows: 0, tokens: 0, multiplyAdds: 0 };

  constructor(read: () => Gauged) {
    this.#read = read;
    const registers = [this.#registry];
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    this.poems = new Counter({ name: 'shiren_poems_total', help: 'Poems written.', registers });
    this.waited = new Histogram({
      name: 'shiren_queue_wait_seconds',
      help: 'Time from an order to its place in the batch.',
      buckets: SECONDS,
      registers,
    });
    this.ran = new Histogram({
      name: 'shiren_run_seconds',
      help: 'Time from the place in the batch to the poem.',
      buckets: SECONDS,
      registers,
    });
    this.restarts = new Counter({
      name: 'shiren_engine_restarts_total',
      help: 'Engine threads that crashed or hung.',
      registers,
    });
    this.reloads = new Counter({
      name: 'shiren_reloads_total',
      help: 'Checkpoint reloads by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.refusals = new Counter({
      name: 'shiren_refusals_total',
      help: 'Orders without a poem, by reason.',
      labelNames: ['reason'],
      registers,
    });
    for (const [field, { name, help }] of Object.entries(TOTALS) as [Total, (typeof TOTALS)[Total]][]) {
      const past = this.#past;
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(past[field] + read().pulse.get(field));
        },
      });
    }
    gauge('shiren_waiting', 'Orders that wait.', () => read().waiting);
    gauge('shiren_running', 'Orders in the batch.', () => read().running);
    gauge('shiren_breaker_open', '1 while the engine rests after crashes.', () => Number(read().breakerOpen));
    gauge('shiren_engine_bytes', 'Memory of the engine: its tensors, and that of our own kernels.', () =>
      read().pulse.get('engineBytes'),
    );
    gauge('shiren_engine_tensors', 'Tensors alive.', () => read().pulse.get('tensors'));
    gauge('shiren_engine_heap_bytes', "The engine thread's heap.", () => read().pulse.get('heapBytes'));
    gauge('shiren_process_bytes', 'Resident memory of the whole process.', () => process.memoryUsage.rss());
    registerGpuMetrics(this.#registry);
  }

  /** Takes over the counts of a thread that has ended, so that totals neither fall nor count twice. */
  retire(pulse: SharedStats): void {
    for (const field of Object.keys(TOTALS) as Total[]) {
      this.#past[field] += pulse.get(field);
      pulse.set(field, 0);
    }
  }

  /** What has been counted since the start, as plain numbers. */
  async totals(): Promise<Work> {
    const sum = async (metric: Counter | Histogram, suffix = '') => {
      const { name, values } = await metric.get();
      const found = values.find((each) => !('metricName' in each) || each.metricName === name + suffix);
      return found?.value ?? 0;
    };
    const engine = (field: Total) => this.#past[field] + this.#read().pulse.get(field);
    const refusals: Record<string, number> = {};
    for (const { labels, value } of (await this.refusals.get()).values) {
      refusals[String(labels.reason)] = value;
    }
    return {
      poems: await sum(this.poems),
      waitedSeconds: await sum(this.waited, '_sum'),
      ranSeconds: await sum(this.ran, '_sum'),
      restarts: await sum(this.restarts),
      ticks: engine('ticks'),
      rows: engine('rows'),
      tokens: engine('tokens'),
      refusals,
    };
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
