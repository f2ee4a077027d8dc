/**
 * One engine of a fleet: takes orders from Redis and writes them with the engine in this process. The locks of its jobs
 * are renewed on this thread, which computes nothing, so an engine that is busy does not look dead.
 */

import { type Telemetry, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { EmbeddedEngine } from '../service/embedded.ts';
import type { Logger } from '../service/inference-options.ts';
import { CheckpointFollower } from './checkpoint-follower.ts';
import { EngineCounts } from './engine-counts.ts';
import { EngineReporter, readEngines } from './engine-list.ts';
import { OrderWriter } from './order-writer.ts';
import { Pace } from './pace.ts';
import { ProcessChannel } from './process-channel.ts';
import { CANCEL_CHANNEL, type EngineReport, PREFIX, PROTOCOL, RELOAD_CHANNEL, WRITE } from './protocol.ts';
import { openRedis, watchConnection } from './redis.ts';

/** A dead engine is found after the lock of its jobs and one look at the locks: within 2.3 s (measured). */
export const LOCK_MS = 1_500;
export const LOOK_FOR_DEAD_MS = 500;
/** Suspects are told apart by {@link OrderWriter}, not by how often BullMQ saw them stall. */
const MAX_STALLED = 1_000;
const RETRY_MS = 300;
const PACE_EVERY_MS = 1_000;

export interface EngineWorkerOptions {
  readonly redisUrl: string;
  readonly host: EmbeddedEngine;
  readonly checkpointsRoot: string;
  /** Unique among the engines. */
  readonly id: string;
  /** Orders that fit the batch. */
  readonly places: number;
  /** Milliseconds of a poem written alone. */
  readonly aloneMs: number;
  /** Takes the spans of jobs; see tracing.ts. */
  readonly telemetry?: Telemetry;
  readonly logger: Logger;
}

export class EngineWorker {
  readonly counts = new EngineCounts();
  readonly #options: EngineWorkerOptions;
  readonly #redis: Redis;
  readonly #connections: readonly Redis[];
  readonly #channel: ProcessChannel;
  readonly #worker: Worker;
  readonly #follower: CheckpointFollower;
  readonly #reporter: EngineReporter;
  readonly #pace: Pace;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stopWatch: () => void;
  readonly #writer: OrderWriter;
  #places: number;
  #catalogue: EngineReport['catalogue'] = [];
  #paused = true;
  #unfit: string | null = 'it has not looked at the checkpoint of the fleet yet';

  constructor(options: EngineWorkerOptions) {
    const { redisUrl, host, checkpointsRoot, id, logger, places, aloneMs, telemetry } = options;
    this.#options = options;
    this.#places = places;
    this.#pace = new Pace(places, aloneMs);
    this.#redis = openRedis(redisUrl, 'caller', logger);
    const listener = openRedis(redisUrl, 'listener', logger);
    const jobs = openRedis(redisUrl, 'worker', logger);
    this.#connections = [this.#redis, listener, jobs];
    this.#stopWatch = watchConnection(this.#redis, [listener, jobs]);
    this.#channel = new ProcessChannel(this.#redis, listener);
    this.#writer = new OrderWriter({
      redis: this.#redis,
      channel: this.#channel,
      host,
      id,
      pace: this.#pace,
      counts: this.counts,
      logger,
    });
    this.#worker = new Worker(WRITE, (job, token) => this.#writer.process(job, token ?? ''), {
      connection: jobs,
      prefix: PREFIX,
      name: id,
      autorun: false,
      concurrency: places,
      lockDuration: LOCK_MS,
      stalledInterval: LOOK_FOR_DEAD_MS,
      maxStalledCount: MAX_STALLED,
      drainDelay: 1,
      runRetryDelay: RETRY_MS,
      ...(telemetry && { telemetry }),
    });
    // A lock is lost when this process stood still or was cut off. Another engine has the order then.
    this.#worker.on('error', (error) => this.#onError(error));
    this.#worker.on('lockRenewalFailed', (ids: string[]) => {
      for (const lost of ids) this.#writer.end(lost, 'lost');
    });
    this.#worker.on('stalled', () => this.counts.stalled++);
    this.#reporter = new EngineReporter(this.#redis, () => this.report);
    this.#follower = new CheckpointFollower({
      redis: this.#redis,
      host,
      checkpointsRoot,
      id,
      logger,
      onFit: (unfit) => this.#onFit(unfit),
      onChange: () => this.#reporter.now(),
    });
    this.#channel.listen(CANCEL_CHANNEL, (order) => this.#writer.end(order, 'cancelled'));
    this.#channel.listen(RELOAD_CHANNEL, () => void this.#follower.follow());
    this.#redis.on('ready', () => void this.#follower.follow());
    this.#timers.push(setInterval(() => void this.#setPace(), PACE_EVERY_MS).unref());
  }

  get report(): EngineReport {
    const { host, id, aloneMs } = this.#options;
    const { engine, checkpoint, poems, restarts } = host.status();
    return {
      id,
      protocol: PROTOCOL,
      engine,
      checkpoint: checkpoint.name,
      summary: checkpoint,
      generation: this.#follower.generation,
      running: this.#writer.running,
      poems,
      places: this.#places,
      meanRunMs: this.#pace.meanRunMs,
      aloneMs,
      restarts,
      retried: this.counts.retried,
      stalled: this.counts.stalled,
      catalogue: this.#catalogue,
    };
  }

  /** Whether it takes orders. */
  get ready(): boolean {
    return !this.#paused && this.#redis.status === 'ready';
  }

  get unfit(): string | null {
    return this.#unfit;
  }

  /** Takes no more orders, finishes those under way within `limitMs`, and gives the rest to the others. */
  async stop(limitMs: number): Promise<{ readonly returned: number }> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#follower.stop();
    await this.#reporter.stop();
    const ended = this.#worker.close().catch(() => {});
    let returned = 0;
    const limit = setTimeout(() => {
      returned = this.#writer.endAll('closing');
    }, limitMs);
    // Without Redis the jobs cannot be finished. Their locks end by themselves.
    const giveUp = new Promise((resolve) => setTimeout(resolve, limitMs + 1_000).unref());
    await Promise.race([ended, giveUp]);
    clearTimeout(limit);
    this.#stopWatch();
    for (const connection of this.#connections) connection.disconnect();
    return { returned };
  }

  #onFit(unfit: string | null): void {
    const { logger } = this.#options;
    if (unfit !== null && unfit !== this.#unfit)
      logger.warn({ reason: unfit }, 'taking no orders: the checkpoint of the fleet cannot be served');
    this.#unfit = unfit;
    if (unfit !== null) this.#pause();
    else this.#resume();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    void this.#worker.pause(true);
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#worker.isRunning()) void this.#worker.resume();
    else void this.#worker.run().catch((error) => this.#onError(error));
  }

  async #setPace(): Promise<void> {
    try {
      const others = (await readEngines(this.#redis)).filter(({ id }) => id !== this.#options.id);
      this.#places = this.#pace.places(others);
      this.#worker.concurrency = this.#places;
      this.#catalogue = await this.#options.host.checkpoints();
    } catch {
      // Without Redis the pace stays as it is.
    }
  }

  #onError(error: Error): void {
    // Connections are reported where they are opened. A lost lock is no fault: another engine has the order.
    if (/lock|Missing key|Connection|connect|ECONN|timed out|max retries/iu.test(error.message)) return;
    this.#options.logger.warn({ reason: error.message }, 'the queue reports an error');
  }
}
