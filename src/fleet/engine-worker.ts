/**
 * One engine of a fleet: takes orders from Redis and writes them with the engine in this process. The locks of its jobs
 * are renewed on this thread, which computes nothing, so an engine that is busy does not look dead.
 */

import { DelayedError, type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { EmbeddedEngine } from '../service/embedded.ts';
import { type Asker, Unavailable } from '../service/inference.ts';
import type { Logger } from '../service/inference-options.ts';
import { CheckpointFollower } from './checkpoint-follower.ts';
import { EngineCounts } from './engine-counts.ts';
import { EngineReporter, readEngines } from './engine-list.ts';
import { Pace } from './pace.ts';
import { ProcessChannel } from './process-channel.ts';
import {
  aloneKey,
  CANCEL_CHANNEL,
  cancelledKey,
  type EngineReport,
  type NearestData,
  type Outcome,
  PREFIX,
  PROTOCOL,
  RELOAD_CHANNEL,
  WRITE,
  type WriteData,
} from './protocol.ts';
import { openRedis, watchConnection } from './redis.ts';
import { SuspectGate } from './suspect-gate.ts';

/** A dead engine is found after the lock of its jobs and one look at the locks: within 2.3 s (measured). */
export const LOCK_MS = 1_500;
export const LOOK_FOR_DEAD_MS = 500;
/** Suspects are told apart by {@link SuspectGate}, not by how often BullMQ saw them stall. */
const MAX_STALLED = 1_000;
/** An order that this engine cannot write now is offered to the others after this time. */
const PUT_BACK_MS = 300;
const PACE_EVERY_MS = 1_000;
const ALONE_LASTS_SECONDS = 600;

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
  readonly #gate = new SuspectGate();
  readonly #pace: Pace;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stopWatch: () => void;
  /** The orders under way. Aborting one ends it. */
  readonly #active = new Map<string, AbortController>();
  #places: number;
  #catalogue: EngineReport['catalogue'] = [];
  #paused = true;
  #unfit: string | null = 'it has not looked at the checkpoint of the fleet yet';

  constructor(options: EngineWorkerOptions) {
    const { redisUrl, host, checkpointsRoot, id, logger, places, aloneMs } = options;
    this.#options = options;
    this.#places = places;
    this.#pace = new Pace(places, aloneMs);
    this.#redis = openRedis(redisUrl, 'caller', logger);
    const listener = openRedis(redisUrl, 'listener', logger);
    const jobs = openRedis(redisUrl, 'worker', logger);
    this.#connections = [this.#redis, listener, jobs];
    this.#stopWatch = watchConnection(this.#redis, [listener, jobs]);
    this.#channel = new ProcessChannel(this.#redis, listener);
    this.#worker = new Worker(WRITE, (job, token) => this.#process(job, token ?? ''), {
      connection: jobs,
      prefix: PREFIX,
      name: id,
      autorun: false,
      concurrency: places,
      lockDuration: LOCK_MS,
      stalledInterval: LOOK_FOR_DEAD_MS,
      maxStalledCount: MAX_STALLED,
      drainDelay: 1,
      runRetryDelay: PUT_BACK_MS,
    });
    // A lock is lost when this process stood still or was cut off. Another engine has the order then.
    this.#worker.on('error', (error) => this.#onError(error));
    this.#worker.on('lockRenewalFailed', (ids: string[]) => {
      for (const lost of ids) this.#active.get(lost)?.abort('lost');
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
    this.#channel.listen(CANCEL_CHANNEL, (order) => this.#active.get(order)?.abort('cancelled'));
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
      running: this.#active.size,
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
      returned = this.#active.size;
      for (const order of this.#active.values()) order.abort('closing');
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

  async #process(job: Job, token: string): Promise<Outcome | null> {
    const data: WriteData | NearestData = job.data;
    if (data.needs > PROTOCOL && Date.now() < data.deadline) return this.#putBack(job, token, 1_000);
    const id = job.id ?? '';
    if ('nearest' in data) {
      const lines = await this.#options.host.nearest(data.nearest);
      await this.#channel.send(data.origin, { type: 'nearest', id, lines });
      return null;
    }
    const outcome = await this.#outcome(job, token, id, data);
    if (!data.delivered) await this.#channel.send(data.origin, { type: 'outcome', id, outcome });
    return outcome;
  }

  async #outcome(job: Job, token: string, id: string, data: WriteData): Promise<Outcome> {
    if (Date.now() >= data.deadline) return { ok: false, code: 'deadline' };
    if ((await this.#redis.exists(cancelledKey(id))) > 0) return { ok: false, code: 'cancelled' };
    const suspect = job.stalledCounter > 0;
    if (suspect && (await this.#redis.exists(aloneKey(id))) > 0) {
      this.#options.logger.warn({ user: data.user }, 'gave up an order that ended its engine twice');
      return { ok: false, code: 'given-up' };
    }
    const stop = new AbortController();
    this.#active.set(id, stop);
    const leave = await this.#gate.enter(suspect);
    const deadline = setTimeout(() => stop.abort('deadline'), data.deadline - Date.now());
    try {
      if (suspect) {
        this.counts.retried++;
        await this.#redis.set(aloneKey(id), this.#options.id, 'EX', ALONE_LASTS_SECONDS);
      }
      return await this.#write(data, stop.signal);
    } catch (error) {
      return await this.#outcomeOf(error, stop.signal, job, token);
    } finally {
      clearTimeout(deadline);
      leave();
      this.#active.delete(id);
      if (suspect) await this.#redis.del(aloneKey(id)).catch(() => {});
    }
  }

  async #write(data: WriteData, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    const startedAt = Date.now();
    // The limits of the asker were kept where the order was taken.
    const asker: Asker = { user: data.user, guild: null, owner: true };
    const poem = await this.#options.host.write(data.order, asker, { signal });
    this.#pace.add(poem.ranMs);
    return { ok: true, poem: { ...poem, waitedMs: Math.max(0, startedAt - data.askedAt) + poem.waitedMs } };
  }

  /** What an order that was not written comes to. Puts it back if another engine may write it. */
  #outcomeOf(error: unknown, signal: AbortSignal, job: Job, token: string): Outcome | Promise<never> {
    if (signal.aborted) {
      if (signal.reason === 'closing') return this.#putBack(job, token, 0);
      return { ok: false, code: signal.reason === 'deadline' ? 'deadline' : 'cancelled' };
    }
    if (error instanceof Unavailable) {
      if (error.code === 'breaker-open') return this.#putBack(job, token, PUT_BACK_MS);
      return { ok: false, code: error.code };
    }
    this.#options.logger.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      'an order failed',
    );
    return { ok: false, code: 'failed' };
  }

  async #putBack(job: Job, token: string, ms: number): Promise<never> {
    await job.moveToDelayed(Date.now() + ms, token);
    throw new DelayedError();
  }

  #onError(error: Error): void {
    // Connections are reported where they are opened. A lost lock is no fault: another engine has the order.
    if (/lock|Missing key|Connection|connect|ECONN|timed out|max retries/iu.test(error.message)) return;
    this.#options.logger.warn({ reason: error.message }, 'the queue reports an error');
  }
}
