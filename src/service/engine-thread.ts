/**
 * One engine thread, seen from the main thread: it starts, it answers, it ends. It is never restarted; the supervisor
 * decides what to do when it ends.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { messageOf } from '../system/message-of.ts';
import { deferred } from './deferred.ts';
import { LoadError } from './inference.ts';
import type {
  CancelledMessage,
  EngineCommand,
  EngineMessage,
  EngineStart,
  ReadyMessage,
  ResultMessage,
  UnableMessage,
} from './protocol.ts';
import { SharedStats } from './shared-stats.ts';

export interface EngineThreadOptions {
  /** The compiled program of the thread. */
  readonly url: URL;
  readonly start: Omit<EngineStart, 'stats'>;
  /** Milliseconds without progress, while there is work, after which the thread counts as hanging. */
  readonly hangMs: number;
  /** The same, until the thread is ready. */
  readonly startMs: number;
  /** Milliseconds that a load may take. Meanwhile no progress is asked for: a disk may be slow. */
  readonly loadMs: number;
  /** Limit of the thread's JavaScript heap in megabytes. */
  readonly heapMb: number;
  readonly onResult: (message: ResultMessage | CancelledMessage) => void;
  /** Called once, unless `stop` was called before. `unable` is the code if the thread said that it cannot serve. */
  readonly onEnd: (reason: string, unable?: UnableMessage['code']) => void;
}

const WATCH_EVERY_MS = 250;
/** How long `stop` waits for the thread to end. */
const STOP_MS = 2000;

export class EngineThread {
  readonly stats = new SharedStats();
  readonly #options: EngineThreadOptions;
  readonly #worker: Worker;
  readonly #watch: NodeJS.Timeout;
  readonly #ready = deferred<ReadyMessage>();
  #isReady = false;
  #ended = false;
  /** Ids of unanswered commands. A cancelled order must be answered too, otherwise the thread counts as hanging. */
  readonly #unanswered = new Set<number>();
  /** Ids of loads that are not done. Loads run one after the other. */
  readonly #loads = new Set<number>();
  /** When the first of them began. */
  #loadSince = 0;
  #beats = 0;
  #progressAt = performance.now();

  constructor(options: EngineThreadOptions) {
    this.#options = options;
    // A rejection that nobody awaits must not end the process.
    this.#ready.promise.catch(() => {});
    this.#worker = new Worker(options.url, {
      workerData: { ...options.start, stats: this.stats.memory } satisfies EngineStart,
      // TensorFlow reads its settings from the environment of the process, not from a thread's copy of it.
      env: SHARE_ENV,
      resourceLimits: { maxOldGenerationSizeMb: options.heapMb },
    });
    this.#worker.on('message', (message: EngineMessage) => this.#receive(message));
    this.#worker.on('error', (error) => this.#end(messageOf(error)));
    this.#worker.on('exit', (code) => this.#end(`the thread ended with code ${code}`));
    this.#watch = setInterval(() => this.#checkProgress(), WATCH_EVERY_MS).unref();
  }

  /** Rejects with {@link LoadError} if the thread says that it cannot serve, with Error if it ends before it is ready. */
  get ready(): Promise<ReadyMessage> {
    return this.#ready.promise;
  }

  send(command: EngineCommand): void {
    if (this.#ended) return;
    if (this.#unanswered.size === 0) this.#progressAt = performance.now();
    this.#unanswered.add(command.id);
    if (command.type === 'load' || command.type === 'prepare') {
      if (this.#loads.size === 0) this.#loadSince = performance.now();
      this.#loads.add(command.id);
    }
    this.#worker.postMessage(command);
  }

  /** Ends the thread without a call of `onEnd`. A thread that cannot be interrupted is left running after a while. */
  async stop(): Promise<void> {
    this.#close('the engine was stopped');
    await Promise.race([this.#worker.terminate(), sleep(STOP_MS, undefined, { ref: false })]);
  }

  #receive(message: EngineMessage): void {
    if (this.#ended) return;
    switch (message.type) {
      case 'ready':
        this.#isReady = true;
        this.#progressAt = performance.now();
        this.#ready.resolve(message);
        break;
      case 'unable':
        this.#ready.reject(new LoadError(message.code, message.message));
        this.#end(message.message, message.code);
        break;
      default:
        this.#unanswered.delete(message.id);
        if (this.#loads.delete(message.id)) this.#loadSince = this.#progressAt = performance.now();
        this.#options.onResult(message);
    }
  }

  #checkProgress(): void {
    const now = performance.now();
    const { hangMs, startMs, loadMs } = this.#options;
    if (this.#loads.size > 0) {
      if (now - this.#loadSince > loadMs) this.#end(`no checkpoint loaded within ${Math.round(loadMs)} ms`);
      return;
    }
    const beats = this.stats.get('beats');
    const idle = this.#isReady && this.#unanswered.size === 0;
    if (idle || beats !== this.#beats) {
      this.#beats = beats;
      this.#progressAt = now;
      return;
    }
    const limit = this.#isReady ? hangMs : startMs;
    if (now - this.#progressAt > limit) this.#end(`no progress for ${Math.round(limit)} ms`);
  }

  #end(reason: string, unable?: UnableMessage['code']): void {
    if (this.#ended) return;
    this.#close(reason);
    void this.#worker.terminate();
    this.#options.onEnd(reason, unable);
  }

  #close(reason: string): void {
    this.#ended = true;
    clearInterval(this.#watch);
    this.#ready.reject(new Error(reason));
  }
}
