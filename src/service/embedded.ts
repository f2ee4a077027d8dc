/**
 * The inference service inside the bot's own process: admission in front of one supervised engine thread.
 */

import type { EngineChoice } from '../engines/engine.ts';
import type { NearestLine } from '../text-index/line-index.ts';
import { type Admission, DEFAULT_LIMITS, LimiterAdmission, type Limits } from './admission.ts';
import { Breaker } from './breaker.ts';
import { readCatalogue } from './catalogue.ts';
import { CorpusLines } from './corpus-lines.ts';
import type {
  Asker,
  CheckpointSummary,
  Inference,
  Order,
  ServiceStatus,
  WriteOptions,
  Written,
} from './inference.ts';
import { Unavailable } from './inference.ts';
import { Metrics } from './metrics.ts';
import { Supervisor } from './supervisor.ts';
import { NO_WORK, type Work, workBetween } from './work-report.ts';

/** The part of a pino logger that the service uses. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface InferenceOptions {
  readonly engine: EngineChoice;
  /** The folder of checkpoint folders. */
  readonly checkpointsRoot: string;
  /** The name of the checkpoint to serve. */
  readonly checkpoint: string;
  readonly limits?: Partial<Limits>;
  /** Rows written for each order, of which the best is returned; 4 unless told. */
  readonly candidates?: number;
  readonly logger: Logger;
  /** The engine thread's program, compiled. */
  readonly workerUrl?: URL;
  /** When an engine counts as hanging, and when its breaker opens and closes. */
  readonly recovery?: Partial<Recovery>;
}

export interface Recovery {
  /** Milliseconds without progress, with work at hand, after which the engine is started anew. */
  readonly hangMs: number;
  /** The same for a start. */
  readonly startMs: number;
  /** So many crashes within `windowMs` open the breaker for `restMs`. */
  readonly crashes: number;
  readonly windowMs: number;
  readonly restMs: number;
  /** Megabytes of JavaScript heap for the engine's thread; beyond, it is started anew. */
  readonly heapMb: number;
}

const DEFAULT_RECOVERY: Recovery = {
  hangMs: 4000,
  startMs: 60_000,
  crashes: 3,
  windowMs: 60_000,
  restMs: 20_000,
  heapMb: 2048,
};

export const DEFAULT_CANDIDATES = 4;
/** A wait longer than this is shown, and shown anew as often. */
const NOTICE_MS = 2000;
const REPORT_EVERY_MS = 60_000;

/** Starts the engine and loads the checkpoint. Throws `LoadError`. */
export async function openInference(options: InferenceOptions): Promise<Inference> {
  const inference = new EmbeddedInference(options);
  await inference.started();
  return inference;
}

class EmbeddedInference implements Inference {
  readonly #options: InferenceOptions;
  readonly #limits: Limits;
  readonly #breaker: Breaker;
  readonly #supervisor: Supervisor;
  readonly #admission: Admission;
  readonly #metrics: Metrics;
  readonly #corpusLines: CorpusLines;
  readonly #orders: number;
  readonly #since = performance.now();
  readonly #report: NodeJS.Timeout;
  readonly #underway = new Set<AbortController>();
  #poems = 0;
  #reported: Work = NO_WORK;
  #restarts = 0;
  /** Running mean of how long a poem is in the batch; that of the trial poem at first. */
  #meanRunMs = 0;
  #closing = false;

  constructor(options: InferenceOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    const recovery = { ...DEFAULT_RECOVERY, ...options.recovery };
    const candidates = options.candidates ?? DEFAULT_CANDIDATES;
    this.#breaker = new Breaker({ ...recovery, now: () => performance.now() });
    this.#supervisor = new Supervisor({
      thread: {
        url: options.workerUrl ?? new URL('./worker.js', import.meta.url),
        start: {
          engine: options.engine,
          checkpointsRoot: options.checkpointsRoot,
          checkpoint: options.checkpoint,
          candidates,
        },
        hangMs: recovery.hangMs,
        startMs: recovery.startMs,
        heapMb: recovery.heapMb,
      },
      breaker: this.#breaker,
      onRestart: (reason) => this.#onRestart(reason),
      onUnloadable: (checkpoint, other, reason) => {
        this.#countRestart();
        this.#corpusLines.forget();
        options.logger.warn({ checkpoint, reason, next: other }, 'what served cannot be loaded any more');
      },
      onBreaker: (open) => {
        if (open)
          options.logger.warn({ retryMs: this.#breaker.retryMs }, 'too many crashes: the engine rests');
        else options.logger.info({}, 'the engine works again');
      },
    });
    this.#corpusLines = new CorpusLines(options.checkpointsRoot);
    this.#orders = Math.max(1, Math.floor(this.#limits.rows / candidates));
    this.#admission = new LimiterAdmission(this.#limits, this.#orders, (place) => this.#expectedMs(place));
    this.#metrics = new Metrics(() => ({
      waiting: this.#admission.waiting,
      running: this.#supervisor.running,
      breakerOpen: this.#breaker.open,
      pulse: this.#supervisor.pulse,
    }));
    this.#report = setInterval(() => void this.#reportWork(), REPORT_EVERY_MS).unref();
  }

  async started(): Promise<void> {
    try {
      const { engine, checkpoint, poemMs } = await this.#supervisor.started();
      this.#meanRunMs = poemMs;
      const startedMs = Math.round(performance.now() - this.#since);
      this.#options.logger.info({ checkpoint: checkpoint.name, startedMs }, engine.line);
    } catch (error) {
      clearInterval(this.#report);
      throw error;
    }
  }

  async write(order: Order, asker: Asker, options: WriteOptions = {}): Promise<Written> {
    try {
      return await this.#write(order, asker, options);
    } catch (error) {
      const reason = error instanceof Unavailable ? error.code : 'failed';
      this.#metrics.refusals.inc({ reason });
      throw error;
    }
  }

  async #write(order: Order, asker: Asker, { signal, onWaiting }: WriteOptions): Promise<Written> {
    if (this.#closing) throw new Unavailable('closing');
    if (this.#breaker.open) throw new Unavailable('breaker-open', this.#breaker.retryMs);
    const stop = new AbortController();
    const cancel = () => stop.abort(new Unavailable('cancelled'));
    if (signal?.aborted) throw new Unavailable('cancelled');
    signal?.addEventListener('abort', cancel, { once: true });
    const deadline = setTimeout(
      () => stop.abort(new Unavailable('deadline', turn.wait()?.expectedMs ?? null)),
      this.#limits.deadlineMs,
    );
    this.#underway.add(stop);
    const askedAt = performance.now();
    let startedAt = askedAt;
    const turn = this.#admission.admit(asker, stop.signal, () => {
      startedAt = performance.now();
      return this.#supervisor.write(order, stop.signal);
    });
    const notice = setInterval(() => {
      const wait = turn.wait();
      if (wait) onWaiting?.(wait.place, wait.expectedMs);
    }, NOTICE_MS);
    try {
      const poem = await turn.done;
      const ranMs = performance.now() - startedAt;
      const waitedMs = startedAt - askedAt;
      this.#count(waitedMs, ranMs);
      return { ...poem, seed: order.seed, waitedMs, ranMs };
    } finally {
      clearInterval(notice);
      clearTimeout(deadline);
      signal?.removeEventListener('abort', cancel);
      this.#underway.delete(stop);
    }
  }

  async reload(name: string): Promise<CheckpointSummary> {
    try {
      const summary = await this.#supervisor.load(name);
      this.#corpusLines.forget();
      this.#metrics.reloads.inc({ outcome: 'loaded' });
      this.#options.logger.info({ checkpoint: name }, 'serving another checkpoint');
      return summary;
    } catch (error) {
      this.#metrics.reloads.inc({ outcome: 'refused' });
      // Whoever asked is told why; it is no fault of the service.
      this.#options.logger.info({ checkpoint: name, reason: (error as Error).message }, 'not reloaded');
      throw error;
    }
  }

  checkpoints(): Promise<readonly CheckpointSummary[]> {
    return readCatalogue(this.#options.checkpointsRoot);
  }

  async nearest(lines: readonly string[]): Promise<readonly (NearestLine | null)[] | null> {
    try {
      return await this.#corpusLines.nearest(this.#supervisor.checkpoint.name, lines);
    } catch (error) {
      this.#options.logger.warn(
        { reason: (error as Error).message },
        'the lines of the corpus cannot be read',
      );
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
      poems: this.#poems,
      restarts: this.#restarts,
      uptimeMs: Math.round(performance.now() - this.#since),
    };
  }

  metrics(): Promise<string> {
    return this.#metrics.text();
  }

  async close(limitMs: number): Promise<{ readonly dropped: number }> {
    this.#closing = true;
    clearInterval(this.#report);
    const until = performance.now() + limitMs;
    while (this.#underway.size > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const dropped = this.#underway.size;
    for (const stop of this.#underway) stop.abort(new Unavailable('closing'));
    if (dropped > 0) this.#options.logger.warn({ dropped }, 'closed before all poems were written');
    await this.#reportWork();
    await this.#supervisor.stop();
    return { dropped };
  }

  #count(waitedMs: number, ranMs: number): void {
    this.#poems++;
    this.#metrics.poems.inc();
    this.#metrics.waited.observe(waitedMs / 1000);
    this.#metrics.ran.observe(ranMs / 1000);
    this.#meanRunMs = 0.9 * this.#meanRunMs + 0.1 * ranMs;
  }

  #expectedMs(place: number): number {
    return Math.ceil(Math.ceil(place / this.#orders) * this.#meanRunMs);
  }

  #countRestart(): void {
    this.#restarts++;
    this.#metrics.restarts.inc();
    this.#metrics.retire(this.#supervisor.pulse);
  }

  #onRestart(reason: string): void {
    this.#countRestart();
    this.#options.logger.warn({ reason, underway: this.#supervisor.running }, 'the engine ended');
  }

  /** A line a minute, where there was work. */
  async #reportWork(): Promise<void> {
    const now = await this.#metrics.totals();
    const work = workBetween(this.#reported, now);
    this.#reported = now;
    if (!work) return;
    const engineMb = Math.round(this.#supervisor.pulse.get('engineBytes') / 1e6);
    this.#options.logger.info({ ...work, waiting: this.#admission.waiting, engineMb }, 'last minute');
  }
}
