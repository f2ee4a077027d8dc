/**
 * Threads that run operation lists together. `assembly/thread-pool.ts` describes how they share the work; this file
 * starts and ends the worker threads.
 *
 * The thread that computes here may wait for a tile, and gets no events meanwhile. So another thread, the keeper
 * (`worker-keeper.ts`), starts the workers and says if one of them ends.
 */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  MessageChannel,
  type MessagePort,
  type ResourceLimits,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { repositoryRoot } from '../system/package-root.ts';
import type { KernelMemory, Pointer } from './memory.ts';
import type { KernelFunctions, KernelInstance } from './module.ts';
import type { RecordedList } from './operation-list.ts';

/** What a worker thread needs to know. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The control block that the threads share. */
  readonly control: Pointer;
  /** The worker's number, from 1; the main thread has 0. */
  readonly thread: number;
}

/** What the keeper needs to know. */
export interface KeeperStart extends Omit<WorkerStart, 'thread'> {
  /** Threads that compute, the main thread included. */
  readonly threads: number;
  /** The program of a worker thread, as a `file:` address. */
  readonly program: string;
  /** Where the keeper says why a worker has ended. */
  readonly failures: MessagePort;
}

/** A worker thread failed, and the operations that were started will never be done. The kernels cannot be used again. */
export class WorkerThreadError extends Error {
  override readonly name = 'WorkerThreadError';
}

/** The threads have next to nothing on their JavaScript heap. */
export const HEAP_LIMIT: ResourceLimits = { maxOldGenerationSizeMb: 32 };

/** The products of decoding are small: more threads than this would mostly wait for one another. */
const MAX_THREADS = 4;

/** How many threads decode fastest on this machine: one a core, but at most {@link MAX_THREADS}. */
export function decodingThreads(): number {
  return Math.min(availableParallelism(), MAX_THREADS);
}

export class ThreadPool {
  /** Threads that compute, the main thread included. */
  readonly threads: number;
  readonly #functions: KernelFunctions;
  readonly #memory: KernelMemory;
  /** Tells why workers have ended. Null without workers. */
  readonly #failures: MessagePort | null;
  #scratchLength = 0;
  #running = false;

  /**
   * Starts `threads` − 1 workers, and waits for none: each takes part as soon as it is there. `instance` is the main
   * thread's; `shared` and `memory` are the same memory. `program` is what a worker runs.
   */
  constructor(
    threads: number,
    module: WebAssembly.Module,
    instance: KernelInstance,
    shared: WebAssembly.Memory,
    memory: KernelMemory,
    program = compiled('worker-thread.js'),
  ) {
    this.threads = threads;
    this.#functions = instance.functions;
    this.#memory = memory;
    const control = memory.alloc(instance.constants.CONTROL_BYTES / 4 + threads);
    this.#functions.attach(control, 0);
    this.#failures =
      threads > 1 ? startKeeper({ module, memory: shared, control, threads, program: program.href }) : null;
  }

  /** Gives each thread working memory of at least `length` numbers, for draws. No list may be running. */
  ensureScratch(length: number): void {
    if (length <= this.#scratchLength) return;
    this.#scratchLength = length;
    for (let thread = 0; thread < this.threads; thread++) {
      this.#functions.setScratch(thread, this.#memory.alloc(length));
    }
  }

  /** Starts a list for the workers. The list before must be finished. */
  start({ start, end }: RecordedList): void {
    this.#running = true;
    this.#functions.start(start, end);
  }

  /** Whether a worker thread has failed. Its tile will never be finished. */
  get failed(): boolean {
    return this.#functions.failed() !== 0;
  }

  /** Takes part in the list that was started until it is done. Throws {@link WorkerThreadError}. */
  finish(): void {
    if (!this.#running) return;
    this.#running = false;
    if (this.#functions.finish() === 0) throw this.#failure();
  }

  #failure(): WorkerThreadError {
    const reason = this.#failures === null ? undefined : receiveMessageOnPort(this.#failures)?.message;
    return new WorkerThreadError(`a worker thread of the kernels failed: ${reason}`);
  }

  /** Ends the workers. The last list must be finished, or a worker must have failed. */
  stop(): void {
    this.#functions.stop();
    this.#failures?.close();
  }
}

/** The compiled file of this folder. Node 20 does not run TypeScript, so tests need it too. */
function compiled(name: string): URL {
  return pathToFileURL(join(repositoryRoot(), 'dist', 'src', 'kernels', name));
}

/** Starts a keeper that does not keep the process alive. If it cannot start, the error is thrown in this thread. */
function startKeeper(start: Omit<KeeperStart, 'failures'>): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  const workerData: KeeperStart = { ...start, failures: port2 };
  const keeper = new Worker(compiled('worker-keeper.js'), {
    workerData,
    transferList: [port2],
    resourceLimits: HEAP_LIMIT,
  });
  keeper.unref();
  keeper.on('error', (error) => {
    throw error;
  });
  return port1;
}
