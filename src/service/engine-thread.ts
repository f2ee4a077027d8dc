/**
 * One life of the engine's worker thread, seen from the main thread: it starts, it answers, it ends. It never
 * restarts; what to do about an end is the supervisor's business.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { LoadError } from './inference.ts';
import { type Command, type EngineStart, type Reply, SharedStats } from './protocol.ts';

export interface EngineThreadOptions {
  readonly url: URL;
  readonly start: Omit<EngineStart, 'pulse'>;
  /** With work at hand and no progress for so long, the thread counts as hanging. */
  readonly hangMs: number;
  /** The same until it is ready. */
  readonly startMs: number;
  /** Megabytes of JavaScript heap at which the thread counts as out of memory. */
  readonly heapMb: number;
  readonly onReply: (reply: Exclude<Reply, Ready | Unable | Cancelled>) => void;
  /** Called once, unless `stop` was called first. `unable`: what the thread said that it cannot serve for. */
  readonly onEnd: (reason: string, unable?: Unable['code']) => void;
}

type Ready = Extract<Reply, { type: 'ready' }>;
type Unable = Extract<Reply, { type: 'unable' }>;
type Cancelled = Extract<Reply, { type: 'cancelled' }>;

const WATCH_EVERY_MS = 250;
/** So long the end of a thread is waited for. */
const STOP_MS = 2000;

export class EngineThread {
  readonly pulse = new SharedStats();
  /** Rejects with {@link LoadError} where the thread says that it cannot serve, with Error where it dies first. */
  readonly ready: Promise<Ready>;
  readonly #options: EngineThreadOptions;
  readonly #worker: Worker;
  readonly #watch: NodeJS.Timeout;
  #settleReady: { resolve: (ready: Ready) => void; reject: (error: Error) => void };
  #isReady = false;
  #ended = false;
  /** Ids of commands without an answer; one that was cancelled is answered too, or the thread hangs. */
  readonly #outstanding = new Set<number>();
  #beats = 0;
  #progressAt = performance.now();

  constructor(options: EngineThreadOptions) {
    this.#options = options;
    const { promise, resolve, reject } = withResolvers<Ready>();
    this.ready = promise;
    // Whoever waits sees the rejection; that nobody does must not end the process.
    promise.catch(() => {});
    this.#settleReady = { resolve, reject };
    this.#worker = new Worker(options.url, {
      workerData: { ...options.start, pulse: this.pulse.memory } satisfies EngineStart,
      // TensorFlow reads its settings from the environment of the process, not from a thread's copy of it.
      env: SHARE_ENV,
      resourceLimits: { maxOldGenerationSizeMb: options.heapMb },
    });
    this.#worker.on('message', (reply: Reply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', (code) => this.#end(`the thread ended with code ${code}`));
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY_MS).unref();
  }

  send(command: Command): void {
    if (this.#ended) return;
    if (this.#outstanding.size === 0) this.#progressAt = performance.now();
    this.#outstanding.add(command.id);
    this.#worker.postMessage(command);
  }

  /** Ends the thread without calling `onEnd`. One that computes where nothing can interrupt it is left behind. */
  async stop(): Promise<void> {
    this.#ended = true;
    clearInterval(this.#watch);
    this.#settleReady.reject(new Error('the engine was stopped'));
    await Promise.race([this.#worker.terminate(), sleep(STOP_MS, undefined, { ref: false })]);
  }

  #receive(reply: Reply): void {
    if (this.#ended) return;
    if (reply.type === 'ready') {
      this.#isReady = true;
      this.#progressAt = performance.now();
      this.#settleReady.resolve(reply);
    } else if (reply.type === 'unable') {
      this.#settleReady.reject(new LoadError(reply.code, reply.message));
      this.#end(reply.message, reply.code);
    } else {
      this.#outstanding.delete(reply.id);
      if (reply.type !== 'cancelled') this.#options.onReply(reply);
    }
  }

  #look(): void {
    const now = performance.now();
    const beats = this.pulse.get('beats');
    if (beats !== this.#beats || (this.#isReady && this.#outstanding.size === 0)) {
      this.#beats = beats;
      this.#progressAt = now;
      return;
    }
    const limit = this.#isReady ? this.#options.hangMs : this.#options.startMs;
    if (now - this.#progressAt > limit) this.#end(`no progress for ${Math.round(limit)} ms`);
  }

  #end(reason: string, unable?: Unable['code']): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    this.#settleReady.reject(new Error(reason));
    void this.#worker.terminate();
    this.#options.onEnd(reason, unable);
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
