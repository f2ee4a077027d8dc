/**
 * Threads that run operation lists together. `assembly/thread-pool.ts` describes how they share the work; this file
 * starts and ends the worker threads.
 */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
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
  /** Where the worker says why it fails. */
  readonly failures: MessagePort;
}

/** A worker thread failed, and the operations that were started will never be done. The kernels cannot be used again. */
export class WorkerThreadError extends Error {
  override readonly name = 'WorkerThreadError';
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
  /** For each worker the port that tells why it fails. */
  readonly #failures: MessagePort[] = [];
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
      const { port1, port2 } = new MessageChannel();
      port1.unref();
      this.#failures.push(port1);
      startWorker({ module, memory: shared, control, thread, failures: port2 });
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
    const reasons = this.#failures.flatMap((port) => receiveMessageOnPort(port)?.message ?? []);
    return new WorkerThreadError(`a worker thread of the kernels failed: ${reasons.join('; ')}`);
  }

  /** Ends the workers. The last list must be finished, or a worker must have failed. */
  stop(): void {
    this.#functions.stop();
    for (const port of this.#failures) port.close();
  }
}

/**
 * Starts a worker that does not keep the process alive. It reports what fails while it computes. If it cannot start, the
 * error is thrown in this thread.
 */
function startWorker(workerData: WorkerStart): void {
  // Node 20 does not run TypeScript, so tests need the compiled file too.
  const file = pathToFileURL(join(repositoryRoot(), 'dist', 'src', 'kernels', 'worker-thread.js'));
  const worker = new Worker(file, {
    workerData,
    transferList: [workerData.failures],
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
  worker.unref();
  worker.on('error', (error) => {
    throw error;
  });
}
