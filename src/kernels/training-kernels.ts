/**
 * The arithmetic of training in WebAssembly: what `kernels.ts` is for decoding. Both are compiled into one module and run
 * on the same thread pool; `assembly/training/` computes.
 */

import { availableParallelism } from 'node:os';
import { KernelMemory, newSharedMemory } from './memory.ts';
import { instantiate, kernelModule } from './module.ts';
import { ThreadPool } from './thread-pool.ts';
import { TrainingOperations } from './training-operations.ts';

/** More threads than this would wait for one another at the products of single time steps. */
const MAX_THREADS = 16;

/** How many threads train on this machine: one a core, but at most {@link MAX_THREADS}. */
export function trainingThreads(): number {
  return Math.min(availableParallelism(), MAX_THREADS);
}

export class TrainingKernels {
  readonly memory: KernelMemory;
  readonly operations: TrainingOperations;
  readonly #pool: ThreadPool;

  /** Computes with `threads` threads, the caller's included. {@link dispose} ends the others. */
  constructor(threads = trainingThreads()) {
    const module = kernelModule();
    const shared = newSharedMemory();
    const instance = instantiate(module, shared);
    this.memory = new KernelMemory(shared, instance.constants.HEAP_BASE);
    this.#pool = new ThreadPool(threads, module, instance, shared, this.memory);
    this.#pool.ensureScratch(instance.constants.SUMS_LENGTH);
    this.operations = new TrainingOperations(instance, this.memory, threads, (list) => {
      this.#pool.start(list);
      this.#pool.finish();
    });
  }

  get threads(): number {
    return this.#pool.threads;
  }

  dispose(): void {
    this.#pool.stop();
    this.memory.release();
  }
}
