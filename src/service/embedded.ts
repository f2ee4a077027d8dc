/** The inference service inside the bot's process: admission in front of one supervised engine thread. */

import type { SearchSettings } from '../decoding/search.ts';
import { messageOf } from '../system/message-of.ts';
import type { NearestLine } from '../text-index/line-index.ts';
import { ActiveOrders } from './active-orders.ts';
import { Admission, DEFAULT_LIMITS, type Limits } from './admission.ts';
import { attend } from './attend-order.ts';
import { Breaker } from './breaker.ts';
import { readCatalogue } from './catalogue.ts';
import { CorpusLines } from './corpus-lines.ts';
import {
  type Asker,
  type CheckpointSummary,
  type GeneratedPoem,
  type Inference,
  type Order,
  type ServiceStatus,
  Unavailable,
  type WriteOptions,
} from './inference.ts';
import {
  DEFAULT_RECOVERY,
  DEFAULT_SEARCH,
  type InferenceOptions,
  type Recovery,
} from './inference-options.ts';
import { Metrics } from './metrics.ts';
import { Supervisor } from './supervisor.ts';
import { WaitEstimate } from './wait-estimate.ts';
import { WorkloadLog } from './workload-log.ts';

/** Inference with the engine in this process, which can also load a checkpoint in two steps. */
export interface EmbeddedEngine extends Inference {
  /** Loads a checkpoint beside the one that serves. Throws `LoadError`; then nothing is prepared. */
  prepare(name: string): Promise<CheckpointSummary>;
  /** Serves the prepared checkpoint from now on. Throws `LoadError` if there is none. */
  commit(): Promise<CheckpointSummary>;
  /** Frees the prepared checkpoint, if there is one. */
  discard(): void;
}

/** Starts the engine and loads the checkpoint. Throws `LoadError`. */
export async function openInference(options: InferenceOptions): Promise<EmbeddedEngine> {
  const inference = new EmbeddedInference(options);
  await inference.started();
  return inference;
}

class EmbeddedInference implements EmbeddedEngine {
  readonly #options: InferenceOptions;
  readonly #limits: Limits;
  readonly #breaker: Breaker;
  readonly #supervisor: Supervisor;
  readonly #estimate: WaitEstimate;
  readonly #admission: Admission;
  readonly #active = new ActiveOrders();
  readonly #corpusLines: CorpusLines;
  readonly #metrics: Metrics;
  readonly #workloadLog: WorkloadLog;
  readonly #startedAt = performance.now();

  constructor(options: InferenceOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    const recovery = { ...DEFAULT_RECOVERY, ...options.recovery };
    const search = { ...DEFAULT_SEARCH, ...options.search };
    const places = Math.max(1, Math.floor(this.#limits.rows / search.candidates));
    this.#breaker = new Breaker({ ...recovery, now: () => performance.now() });
    this.#supervisor = this.#openSupervisor(recovery, search);
    this.#estimate = new WaitEstimate(places);
    this.#admission = new Admission(this.#limits, places, (place) => this.#estimate.of(place));
    this.#corpusLines = new CorpusLines(options.checkpointsRoot);
    this.#metrics = new Metrics(() => ({
      waiting: this.#admission.waiting,
      running: this.#supervisor.running,
      breakerOpen: this.#breaker.open,
      stats: this.#supervisor.stats,
    }));
    this.#workloadLog = new WorkloadLog({
      logger: options.logger,
      workload: () => this.#metrics.workload(),
      current: () => ({
        waiting: this.#admission.waiting,
        engineMb: Math.round(this.#supervisor.stats.get('engineBytes') / 1e6),
      }),
    });
  }

  #openSupervisor({ hangMs, startMs, loadMs, heapMb }: Recovery, search: SearchSettings): Supervisor {
    const { engine, checkpointsRoot, checkpoint, workerUrl, logger } = this.#options;
    return new Supervisor({
      thread: {
        url: workerUrl ?? new URL('./worker.js', import.meta.url),
        start: { engine, checkpointsRoot, checkpoint, search },
        hangMs,
        startMs,
        loadMs,
        heapMb,
      },
      breaker: this.#breaker,
      onRestart: (reason) => {
        this.#metrics.countRestart(this.#supervisor.stats);
        logger.warn({ reason, underway: this.#supervisor.running }, 'the engine ended');
      },
      onGivenUp: (user) => logger.warn({ user }, 'gave up an order that ended the engine twice'),
      onUnloadable: (checkpoint, next, reason) => {
        this.#metrics.countRestart(this.#supervisor.stats);
        this.#corpusLines.forget();
        logger.warn({ checkpoint, reason, next }, 'what served cannot be loaded any more');
      },
      onBreaker: (open) => {
        if (open) logger.warn({ retryMs: this.#breaker.retryMs }, 'too many crashes: the engine rests');
        else logger.info({}, 'the engine works again');
      },
    });
  }

  async started(): Promise<void> {
    try {
      const { engine, checkpoint, poemMs } = await this.#supervisor.started();
      this.#estimate.start(poemMs);
      const startedMs = Math.round(performance.now() - this.#startedAt);
      this.#options.logger.info({ checkpoint: checkpoint.name, startedMs }, engine.line);
    } catch (error) {
      this.#workloadLog.stop();
      throw error;
    }
  }

  async write(order: Order, asker: Asker, options: WriteOptions = {}): Promise<GeneratedPoem> {
    try {
      return await this.#active.run((stop) => this.#write(order, asker, options, stop));
    } catch (error) {
      this.#metrics.countRefusal(error instanceof Unavailable ? error.code : 'failed');
      throw error;
    }
  }

  async #write(
    order: Order,
    asker: Asker,
    options: WriteOptions,
    stop: AbortController,
  ): Promise<GeneratedPoem> {
    if (this.#breaker.open) throw new Unavailable('breaker-open', this.#breaker.retryMs);
    if (options.signal?.aborted) throw new Unavailable('cancelled');
    const askedAt = performance.now();
    let startedAt = askedAt;
    const ticket = this.#admission.admit(asker, stop.signal, () => {
      startedAt = performance.now();
      return this.#supervisor.write(order, asker.user, stop.signal);
    });
    const poem = await attend(ticket, stop, this.#limits.deadlineMs, options);
    const waitedMs = startedAt - askedAt;
    const ranMs = performance.now() - startedAt;
    this.#metrics.countPoem(waitedMs, ranMs);
    this.#estimate.add(ranMs);
    return { ...poem, seed: order.seed, waitedMs, ranMs };
  }

  async reload(name: string): Promise<CheckpointSummary> {
    const { logger } = this.#options;
    try {
      const summary = await this.#supervisor.load(name);
      this.#corpusLines.forget();
      this.#metrics.countReload('loaded');
      logger.info({ checkpoint: name }, 'serving another checkpoint');
      return summary;
    } catch (error) {
      this.#metrics.countReload('refused');
      // This is no fault of the service. The asker is told the reason.
      logger.info({ checkpoint: name, reason: messageOf(error) }, 'not reloaded');
      throw error;
    }
  }

  prepare(name: string): Promise<CheckpointSummary> {
    return this.#supervisor.prepare(name);
  }

  async commit(): Promise<CheckpointSummary> {
    const summary = await this.#supervisor.commit();
    this.#corpusLines.forget();
    this.#metrics.countReload('loaded');
    this.#options.logger.info({ checkpoint: summary.name }, 'serving another checkpoint');
    return summary;
  }

  discard(): void {
    this.#supervisor.discard();
  }

  checkpoints(): Promise<readonly CheckpointSummary[]> {
    return readCatalogue(this.#options.checkpointsRoot);
  }

  async nearest(lines: readonly string[]): Promise<readonly (NearestLine | null)[] | null> {
    try {
      return await this.#corpusLines.nearest(this.#supervisor.checkpoint.name, lines);
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, 'the lines of the corpus cannot be read');
      return null;
    }
  }

  status(): ServiceStatus {
    const { name, device, version } = this.#supervisor.engine;
    return {
      engine: { name, device, version },
      checkpoint: this.#supervisor.checkpoint,
      running: this.#supervisor.running,
      waiting: this.#admission.waiting,
      poems: this.#metrics.poems,
      restarts: this.#metrics.restarts,
      uptimeMs: Math.round(performance.now() - this.#startedAt),
    };
  }

  metrics(): Promise<string> {
    return this.#metrics.text();
  }

  async close(limitMs: number): Promise<{ readonly dropped: number }> {
    this.#workloadLog.stop();
    const dropped = await this.#active.close(limitMs);
    if (dropped > 0) this.#options.logger.warn({ dropped }, 'closed before all poems were written');
    await this.#workloadLog.report();
    await this.#supervisor.stop();
    return { dropped };
  }
}
