/** The metrics of a bot in a fleet, in the Prometheus text format: what it did itself, and the state of queue and engines. */

import type { Redis } from 'ioredis';
import { Gauge, Registry } from 'prom-client';
import { addGauge, OrderMetrics } from '../service/order-metrics.ts';
import { DELIVER, type EngineReport, jobKey, WRITE } from './protocol.ts';

const STATES = ['wait', 'prioritized', 'active', 'delayed', 'waiting-children'] as const;

export interface FleetSources {
  engines(): readonly EngineReport[];
  takenOver(): number;
  /** Orders of this bot that have no outcome. */
  running(): number;
}

export class FleetMetrics {
  readonly #registry = new Registry();
  readonly #redis: Redis;
  readonly #orders: OrderMetrics;
  readonly #queue: Gauge<'queue' | 'state'>;
  readonly #oldest: Gauge;

  constructor(redis: Redis, sources: FleetSources) {
    this.#redis = redis;
    const registers = [this.#registry];
    this.#orders = new OrderMetrics(this.#registry);
    this.#queue = new Gauge({
      name: 'shiren_queue_jobs',
      help: 'Orders in Redis, by queue and state; the same from every bot of a fleet.',
      labelNames: ['queue', 'state'],
      registers,
    });
    this.#oldest = new Gauge({
      name: 'shiren_queue_oldest_seconds',
      help: 'How long the order that will be written next has waited.',
      registers,
    });
    addGauge(this.#registry, 'shiren_running', 'Orders of this bot without an outcome.', sources.running);
    addGauge(
      this.#registry,
      'shiren_taken_over_total',
      "Answers given in another bot's place.",
      sources.takenOver,
    );
    this.#addEngines(sources);
    addGauge(this.#registry, 'shiren_process_bytes', 'Resident memory of the whole process.', () =>
      process.memoryUsage.rss(),
    );
  }

  #addEngines({ engines }: FleetSources): void {
    const registers = [this.#registry];
    const labelNames = ['worker', 'engine', 'checkpoint'] as const;
    const each = (name: string, help: string, value: (engine: EngineReport) => number) => {
      const collect = function (this: Gauge<(typeof labelNames)[number]>) {
        this.reset();
        for (const report of engines()) {
          const { id: worker, engine, checkpoint } = report;
          this.set({ worker, engine: engine.name, checkpoint }, value(report));
        }
      };
      new Gauge({ name, help, labelNames, registers, collect });
    };
    each('shiren_engine_running', 'Orders in the batch of an engine.', ({ running }) => running);
    each('shiren_engine_places', 'Orders that an engine writes at a time.', ({ places }) => places);
    each('shiren_engine_poems', 'Poems of an engine since its start.', ({ poems }) => poems);
    each('shiren_engine_restarts', 'Engine threads that ended since its start.', ({ restarts }) => restarts);
    each('shiren_engine_retried', 'Orders that it took from a dead engine.', ({ retried }) => retried);
    each('shiren_engine_stalled', 'Orders of dead engines that it found.', ({ stalled }) => stalled);
    each('shiren_engine_run_seconds', 'A poem in its batch.', (one) => (one.meanRunMs ?? one.aloneMs) / 1000);
  }

  countPoem(waitedMs: number, ranMs: number): void {
    this.#orders.countPoem(waitedMs, ranMs);
  }

  countRefusal(reason: string): void {
    this.#orders.countRefusal(reason);
  }

  async text(): Promise<string> {
    await this.#readQueues().catch(() => {
      this.#queue.reset();
    });
    return this.#registry.metrics();
  }

  async #readQueues(): Promise<void> {
    for (const queue of [WRITE, DELIVER]) {
      for (const state of STATES) this.#queue.set({ queue, state }, await this.#count(queue, state));
    }
    const [next] = await this.#redis.zrange(jobKey(WRITE, 'prioritized'), 0, 0);
    const since = next === undefined ? null : await this.#redis.hget(jobKey(WRITE, next), 'timestamp');
    this.#oldest.set(since === null ? 0 : Math.max(0, Date.now() - Number(since)) / 1000);
  }

  #count(queue: string, state: (typeof STATES)[number]): Promise<number> {
    const key = jobKey(queue, state);
    return state === 'wait' || state === 'active' ? this.#redis.llen(key) : this.#redis.zcard(key);
  }
}
