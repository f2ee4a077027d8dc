/**
 * Threads that run operation lists together. `assembly/thread-pool.ts` describes how they share the work; this file
 * starts and ends the worker threads.
 */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
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
  #scratchLength = 0;
  #running = false;

  /**
   * Starts `threads` − 1 workers, and waits for none: each takes part as soon as it is there. `instance` is the main
   * thread's; `shared` and `memory` are the same memory.
   */
  constructor(
    threads: number,
    module: WebAssembly.Module,
    instance: KernelInstance,
    shared: WebAssembly.Memory,
    memory: KernelMemory,
  ) {
    this.threads = threads;
    this.#functions = instance.functions;
    this.#memory = memory;
    const control = memory.alloc(instance.constants.CONTROL_BYTES / 4 + threads);
    this.#functions.attach(control, 0);
    for (let thread = 1; thread < threads; thread++) {
      startWorker({ module, memory: shared, control, thread });
    }
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

  /** Takes part in the list that was started until it is done. */
  finish(): void {
    if (!this.#running) return;
    this.#functions.finish();
    this.#running = false;
  }

  /** Ends the workers. The last list must be finished. */
  stop(): void {
    this.#functions.stop();
  }
}

/**
 * Starts a worker that does not keep the process alive. If it fails, the error is thrown in this thread, because a tile
 * that it had taken would never be finished.
 */
function startWorker(workerData: WorkerStart): void {
  // Node 20 does not run TypeScript, so tests need the compiled file too.
  const file = pathToFileURL(join(repositoryRoot(), 'dist', 'src', 'kernels', 'worker-thread.js'));
  const worker = new Worker(file, { workerData, resourceLimits: { maxOldGenerationSizeMb: 32 } });
  worker.unref();
  worker.on('error', (error) => {
    throw error;
  });
}
