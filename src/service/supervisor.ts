/**
 * Keeps an engine thread alive: starts it, gives it orders, starts another where it crashes or hangs, and has
 * the orders that were under way written again, from their seeds, so that the asker sees a poem, not an error.
 */

import type { Breaker } from './breaker.ts';
import { EngineThread, type EngineThreadOptions } from './engine-thread.ts';
import { type CheckpointSummary, LoadError, type Order, Unavailable } from './inference.ts';
import type { EngineDescription, Reply, SharedStats } from './protocol.ts';

export interface SupervisorOptions {
  readonly thread: Omit<EngineThreadOptions, 'onReply' | 'onEnd'>;
  readonly breaker: Breaker;
  readonly onRestart: (reason: string) => void;
  /** What served cannot be loaded any more: `other` is tried, the one that served before it, or the same again. */
  readonly onUnloadable: (checkpoint: string, other: string, reason: string) => void;
  readonly onBreaker: (open: boolean) => void;
}

/** What the engine wrote for an order. */
export type Poem = Omit<Extract<Reply, { type: 'written' }>, 'type' | 'id'>;

/** A start after the first may stand still for so many times what the first took in all, and for so long at least. */
const STARTS = 3;
const LEAST_START_MS = 10_000;

interface Pending<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #breaker: Breaker;
  readonly #orders = new Map<number, Pending<Poem> & { readonly order: Order }>();
  readonly #loads = new Map<number, Pending<CheckpointSummary>>();
  #thread: EngineThread;
  /** Orders wait here rather than in the thread until it is ready. */
  #ready = false;
  #engine: EngineDescription | null = null;
  #checkpoint: CheckpointSummary | null = null;
  /** The last other checkpoint that served: what to fall back on where this one has been damaged on disk. */
  #fallback: string | null = null;
  #nextId = 1;
  #rest: NodeJS.Timeout | null = null;
  #stopped = false;
  readonly #since = performance.now();
  /** How long a start may make no progress: what is usual here is known from the first. */
  #startMs: number;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#breaker = options.breaker;
    this.#startMs = options.thread.startMs;
    this.#thread = this.#spawn(options.thread.start.checkpoint);
  }

  /** Resolves when the first thread serves. Throws {@link LoadError}; a thread that dies on its first start is one too. */
  async started(): Promise<{ engine: EngineDescription; checkpoint: CheckpointSummary; poemMs: number }> {
    try {
      const { engine, checkpoint, poemMs } = await this.#thread.ready;
      const usualMs = performance.now() - this.#since;
      this.#startMs = Math.min(this.#startMs, Math.max(LEAST_START_MS, STARTS * usualMs));
      return { engine, checkpoint, poemMs };
    } catch (error) {
      await this.stop();
      if (error instanceof LoadError) throw error;
      throw new LoadError('engine', `the engine did not start: ${(error as Error).message}`);
    }
  }

  get engine(): EngineDescription {
    if (!this.#engine) throw new Error('the engine has not started');
    return this.#engine;
  }

  /** What new orders are written by. */
  get checkpoint(): CheckpointSummary {
    if (!this.#checkpoint) throw new Error('the engine has not started');
    return this.#checkpoint;
  }

  get pulse(): SharedStats {
    return this.#thread.pulse;
  }

  get running(): number {
    return this.#orders.size;
  }

  /** Rejects with {@link Unavailable} where the breaker opens, with the signal's reason where it aborts. */
  write(order: Order, signal: AbortSignal): Promise<Poem> {
    if (this.#breaker.open) return Promise.reject(new Unavailable('breaker-open', this.#breaker.retryMs));
    if (signal.aborted) return Promise.reject(signal.reason);
    const id = this.#nextId++;
    return new Promise<Poem>((resolve, reject) => {
      const onAbort = () => {
        this.#orders.delete(id);
        if (this.#ready) this.#thread.send({ type: 'cancel', id });
        reject(signal.reason);
      };
      const settled = () => signal.removeEventListener('abort', onAbort);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#orders.set(id, {
        order,
        resolve: (poem) => {
          settled();
          resolve(poem);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      if (this.#ready) this.#thread.send({ type: 'write', id, order });
    });
  }

  /**
   * What served goes on serving where this throws {@link LoadError}. While the engine rests, it is started with this
   * checkpoint: another may be the very cure.
   */
  load(checkpoint: string): Promise<CheckpointSummary> {
    if (this.#stopped) return Promise.reject(new LoadError('engine', 'the engine was stopped'));
    if (this.#rest) return this.#startWith(checkpoint);
    if (!this.#ready) {
      return Promise.reject(new LoadError('engine', 'the engine is being restarted; try again'));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#loads.set(id, { resolve, reject });
      this.#thread.send({ type: 'load', id, checkpoint });
    });
  }

  async #startWith(checkpoint: string): Promise<CheckpointSummary> {
    if (this.#rest) clearTimeout(this.#rest);
    this.#rest = null;
    this.#thread = this.#spawn(checkpoint);
    try {
      return (await this.#thread.ready).checkpoint;
    } catch (error) {
      throw error instanceof LoadError ? error : new LoadError('engine', (error as Error).message);
    }
  }

  /** Ends the thread; what is under way is rejected as closing. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#rest) clearTimeout(this.#rest);
    this.#rejectAll(new Unavailable('closing'));
    this.#rejectLoads(new LoadError('engine', 'the engine was stopped'));
    await this.#thread.stop();
  }

  #spawn(checkpoint: string): EngineThread {
    this.#ready = false;
    const options = this.#options.thread;
    const thread = new EngineThread({
      ...options,
      startMs: this.#startMs,
      start: { ...options.start, checkpoint },
      onReply: (reply) => this.#receive(reply),
      onEnd: (reason, unable) => this.#ended(thread, checkpoint, reason, unable === 'checkpoint'),
    });
    thread.ready.then(
      ({ engine, checkpoint }) => {
        if (this.#stopped || thread !== this.#thread) return;
        this.#engine = engine;
        this.#serves(checkpoint);
        this.#ready = true;
        if (this.#breaker.open) {
          this.#breaker.recovered();
          this.#options.onBreaker(false);
        }
        for (const [id, { order }] of this.#orders) thread.send({ type: 'write', id, order });
      },
      // A thread that is not ready when it ends also reports its end.
      () => {},
    );
    return thread;
  }

  #receive(reply: Parameters<EngineThreadOptions['onReply']>[0]): void {
    const { id } = reply;
    if (reply.type === 'written') {
      const { characters, nllHanzi, checkpoint } = reply;
      this.#orders.get(id)?.resolve({ characters, nllHanzi, checkpoint });
      this.#orders.delete(id);
    } else if (reply.type === 'failed') {
      this.#orders.get(id)?.reject(new Error(reply.message));
      this.#orders.delete(id);
    } else {
      if (reply.type === 'loaded') {
        this.#serves(reply.checkpoint);
        this.#loads.get(id)?.resolve(reply.checkpoint);
      } else {
        this.#loads.get(id)?.reject(new LoadError('checkpoint', reply.message));
      }
      this.#loads.delete(id);
    }
  }

  #serves(checkpoint: CheckpointSummary): void {
    const before = this.#checkpoint?.name;
    if (before !== undefined && before !== checkpoint.name) this.#fallback = before;
    this.#checkpoint = checkpoint;
  }

  #ended(thread: EngineThread, tried: string, reason: string, unloadable: boolean): void {
    if (this.#stopped || thread !== this.#thread) return;
    const sentence = `the engine stopped while it loaded the checkpoint: ${reason}`;
    this.#rejectLoads(new LoadError('checkpoint', sentence));
    // Before the first success there is nothing to fall back on: `started` reports it.
    if (!this.#checkpoint) return;
    const { name } = this.#checkpoint;
    this.#ready = false;
    if (unloadable) {
      const other = tried === name ? (this.#fallback ?? name) : name;
      this.#options.onUnloadable(tried, other, reason);
      if (other !== name) {
        this.#thread = this.#spawn(other);
        return;
      }
    } else {
      this.#options.onRestart(reason);
    }
    const wasOpen = this.#breaker.open;
    if (!this.#breaker.crashed()) {
      this.#thread = this.#spawn(name);
      return;
    }
    if (!wasOpen) this.#options.onBreaker(true);
    this.#rejectAll(new Unavailable('breaker-open', this.#breaker.retryMs));
    this.#rest = setTimeout(() => {
      this.#rest = null;
      this.#thread = this.#spawn(name);
    }, this.#breaker.retryMs ?? 0).unref();
  }

  #rejectLoads(error: LoadError): void {
    for (const { reject } of this.#loads.values()) reject(error);
    this.#loads.clear();
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#orders.values()) reject(error);
    this.#orders.clear();
  }
}
