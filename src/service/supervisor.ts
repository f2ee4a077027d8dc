/**
 * Keeps an engine thread running: starts it, gives it orders, and starts another one if it crashes or hangs. The orders
 * in progress are then written again from their seeds, so the asker gets a poem and not an error. `flight.ts` says which
 * order is given up because it ends every thread.
 */

import { messageOf } from '../system/message-of.ts';
import type { Breaker } from './breaker.ts';
import { EngineRest } from './engine-rest.ts';
import { EngineThread, type EngineThreadOptions } from './engine-thread.ts';
import { Flight } from './flight.ts';
import { type CheckpointSummary, type EnginePoem, LoadError, type Order, Unavailable } from './inference.ts';
import { PendingRequests } from './pending-requests.ts';
import type { CancelledMessage, EngineDescription, ReadyMessage, ResultMessage } from './protocol.ts';
import type { SharedStats } from './shared-stats.ts';

export interface SupervisorOptions {
  readonly thread: Omit<EngineThreadOptions, 'onResult' | 'onEnd'>;
  readonly breaker: Breaker;
  readonly onRestart: (reason: string) => void;
  /** An order has ended two threads, the second one alone. It is not tried again. */
  readonly onGivenUp: (user: string) => void;
  /** The served checkpoint can no longer be loaded. `next` is loaded: the one served before it, or the same again. */
  readonly onUnloadable: (checkpoint: string, next: string, reason: string) => void;
  readonly onBreaker: (open: boolean) => void;
}

/** A later start may stand still this many times as long as the first start took, but at least `LEAST_START_MS`. */
const START_FACTOR = 3;
const LEAST_START_MS = 10_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #breaker: Breaker;
  readonly #orders = new Flight((id, order) => this.#thread.send({ type: 'write', id, order }));
  readonly #loads = new PendingRequests<string, CheckpointSummary>();
  readonly #startedAt = performance.now();
  #thread: EngineThread;
  /** Until the thread is ready, orders wait in `#orders` and are not sent. */
  #ready = false;
  #engine: EngineDescription | null = null;
  #checkpoint: CheckpointSummary | null = null;
  /** The checkpoint that was served before the current one. It is used if the current one is damaged on disk. */
  #fallback: string | null = null;
  #nextId = 1;
  readonly #rest: EngineRest;
  #stopped = false;
  /** The `startMs` of the next thread. */
  #startMs: number;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#breaker = options.breaker;
    this.#startMs = options.thread.startMs;
    const { breaker, onBreaker } = options;
    const start = (checkpoint: string) => {
      this.#thread = this.#spawn(checkpoint);
    };
    this.#rest = new EngineRest({ breaker, onBreaker, start });
    this.#thread = this.#spawn(options.thread.start.checkpoint);
  }

  /** Resolves when the first thread serves. Throws {@link LoadError}, also if the thread ends during its first start. */
  async started(): Promise<ReadyMessage> {
    try {
      const message = await this.#thread.ready;
      const tookMs = performance.now() - this.#startedAt;
      this.#startMs = Math.min(this.#startMs, Math.max(LEAST_START_MS, START_FACTOR * tookMs));
      return message;
    } catch (error) {
      await this.stop();
      throw loadErrorOf(error, 'the engine did not start: ');
    }
  }

  get engine(): EngineDescription {
    if (!this.#engine) throw new Error('the engine has not started');
    return this.#engine;
  }

  /** The checkpoint that writes new orders. */
  get checkpoint(): CheckpointSummary {
    if (!this.#checkpoint) throw new Error('the engine has not started');
    return this.#checkpoint;
  }

  get stats(): SharedStats {
    return this.#thread.stats;
  }

  get running(): number {
    return this.#orders.size;
  }

  /**
   * Writes an order of `user`. Rejects with {@link Unavailable} if the breaker opens or if the order ends the engine
   * twice, with the signal's reason if the signal aborts.
   */
  async write(order: Order, user: string, signal: AbortSignal): Promise<EnginePoem> {
    if (this.#breaker.open) throw new Unavailable('breaker-open', this.#breaker.retryMs);
    if (this.#orders.isCulprit(order)) throw new Unavailable('given-up');
    signal.throwIfAborted();
    const id = this.#nextId++;
    const cancel = () => {
      if (this.#ready) this.#thread.send({ type: 'cancel', id });
      this.#orders.reject(id, signal.reason);
      this.#sendOrders();
    };
    signal.addEventListener('abort', cancel, { once: true });
    const poem = this.#orders.add(id, { order, user });
    this.#sendOrders();
    try {
      return await poem;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #sendOrders(): void {
    if (this.#ready) this.#orders.sendWaiting();
  }

  /**
   * Serves another checkpoint. Throws {@link LoadError}; then the current one keeps serving. While the engine rests, it is
   * started with this checkpoint, because the current one may be the cause of the crashes.
   */
  async load(checkpoint: string): Promise<CheckpointSummary> {
    if (this.#stopped) throw new LoadError('engine', 'the engine was stopped');
    if (this.#rest.isResting) return this.#startWith(checkpoint);
    if (!this.#ready) throw new LoadError('engine', 'the engine is being restarted; try again');
    const id = this.#nextId++;
    const summary = this.#loads.add(id, checkpoint);
    this.#thread.send({ type: 'load', id, checkpoint });
    return summary;
  }

  /** Loads a checkpoint beside the one that serves, until `commit` or `discard`. Throws {@link LoadError}. */
  async prepare(checkpoint: string): Promise<CheckpointSummary> {
    const id = this.#nextLoad();
    const summary = this.#loads.add(id, checkpoint);
    this.#thread.send({ type: 'prepare', id, checkpoint });
    return summary;
  }

  /** Serves the prepared checkpoint. Throws {@link LoadError} if there is none, as after a restart of the thread. */
  async commit(): Promise<CheckpointSummary> {
    const id = this.#nextLoad();
    const summary = this.#loads.add(id, '');
    this.#thread.send({ type: 'commit', id });
    return summary;
  }

  discard(): void {
    if (this.#ready && !this.#stopped) this.#thread.send({ type: 'discard', id: this.#nextId++ });
  }

  #nextLoad(): number {
    if (this.#stopped) throw new LoadError('engine', 'the engine was stopped');
    if (!this.#ready) throw new LoadError('engine', 'the engine is being restarted; try again');
    return this.#nextId++;
  }

  async #startWith(checkpoint: string): Promise<CheckpointSummary> {
    this.#rest.end();
    this.#thread = this.#spawn(checkpoint, 'trial');
    try {
      return (await this.#thread.ready).checkpoint;
    } catch (error) {
      throw loadErrorOf(error);
    }
  }

  /** Ends the thread. Orders and loads in progress are rejected. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rest.end();
    this.#orders.rejectAll(new Unavailable('closing'));
    this.#loads.rejectAll(new LoadError('engine', 'the engine was stopped'));
    await this.#thread.stop();
  }

  /** A trial is a start with another checkpoint while the engine rests. */
  #spawn(checkpoint: string, purpose: 'serve' | 'trial' = 'serve'): EngineThread {
    this.#ready = false;
    const options = this.#options.thread;
    const thread = new EngineThread({
      ...options,
      startMs: this.#startMs,
      start: { ...options.start, checkpoint },
      onResult: (message) => this.#receive(message),
      onEnd: (reason, unable) => {
        if (this.#stopped || thread !== this.#thread) return;
        if (purpose === 'trial' && !this.#ready) this.#restOn();
        else this.#onEnd(checkpoint, reason, unable === 'checkpoint');
      },
    });
    thread.ready.then(
      (message) => this.#onReady(thread, message),
      // A thread that ends before it is ready also calls `onEnd`.
      () => {},
    );
    return thread;
  }

  #onReady(thread: EngineThread, { engine, checkpoint }: ReadyMessage): void {
    if (this.#stopped || thread !== this.#thread) return;
    this.#engine = engine;
    this.#serve(checkpoint);
    this.#ready = true;
    this.#rest.recovered();
    this.#sendOrders();
  }

  #receive(message: ResultMessage | CancelledMessage): void {
    this.#orders.answered(message.id);
    switch (message.type) {
      case 'written':
        this.#breaker.worked();
        this.#orders.resolve(message.id, message.poem);
        break;
      case 'failed':
        this.#orders.reject(message.id, new Error(message.message));
        break;
      case 'loaded':
        this.#serve(message.checkpoint);
        // No order has ended the engine with this checkpoint yet.
        this.#orders.forgetCulprits();
        this.#loads.resolve(message.id, message.checkpoint);
        break;
      case 'prepared':
        this.#loads.resolve(message.id, message.checkpoint);
        break;
      case 'not-loaded':
        this.#loads.reject(message.id, new LoadError('checkpoint', message.message));
        break;
    }
    this.#sendOrders();
  }

  #serve(checkpoint: CheckpointSummary): void {
    const before = this.#checkpoint?.name;
    if (before !== undefined && before !== checkpoint.name) this.#fallback = before;
    this.#checkpoint = checkpoint;
  }

  /** `tried` is the checkpoint that the thread was started with. `unloadable`: it ended because it could not load it. */
  #onEnd(tried: string, reason: string, unloadable: boolean): void {
    const loading = this.#loads.size > 0;
    const message = `the engine stopped while it loaded the checkpoint: ${reason}`;
    this.#loads.rejectAll(new LoadError('checkpoint', message));
    // The first start has nothing to fall back on. `started` reports its failure.
    if (!this.#checkpoint) return;
    this.#ready = false;
    const { name } = this.#checkpoint;
    if (unloadable) {
      const next = tried === name ? (this.#fallback ?? name) : name;
      this.#options.onUnloadable(tried, next, reason);
      if (next === name) this.#restart(name, this.#breaker.crashed());
      else this.#thread = this.#spawn(next);
      return;
    }
    this.#options.onRestart(reason);
    const { orders, culprit } = this.#orders.ended(!loading);
    if (culprit) {
      this.#options.onGivenUp(culprit.user);
      this.#orders.reject(culprit.id, new Unavailable('given-up'));
      this.#restart(name, this.#breaker.crashedBy(culprit.user));
    } else {
      // What a load or an order breaks does not count against the engine.
      this.#restart(name, loading || orders > 0 ? this.#breaker.open : this.#breaker.crashed());
    }
  }

  /** Starts a thread after a crash: at once, or after a rest if the breaker is open now. */
  #restart(checkpoint: string, rests: boolean): void {
    if (!rests) {
      this.#thread = this.#spawn(checkpoint);
      return;
    }
    this.#rest.begin(checkpoint);
    this.#orders.rejectAll(new Unavailable('breaker-open', this.#breaker.retryMs));
  }

  /** After a trial that failed, the engine rests as long as it would have without it. */
  #restOn(): void {
    this.#ready = false;
    if (this.#checkpoint) this.#rest.begin(this.#checkpoint.name);
  }
}

function loadErrorOf(error: unknown, prefix = ''): LoadError {
  if (error instanceof LoadError) return error;
  return new LoadError('engine', prefix + messageOf(error));
}
