/** Threads that share the work of one {@link Kernels} with the thread that made it. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { repositoryRoot } from '../system/package-root.ts';

export interface HelperStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where the control block of `assembly/crew.ts` begins. */
  readonly control: number;
  /** Which of the threads it is; the one that made the kernels is 0. */
  readonly thread: number;
}

/** The products of decoding are small: more threads than this wait for one another more than they compute. */
const MOST_THREADS = 4;

/** How many threads decode best on this machine: one a core, within reason. */
export function decodingThreads(): number {
  return Math.min(availableParallelism(), MOST_THREADS);
}

/**
 * Starts so many helpers, and waits for none: they take part once they are there. They keep no process alive. One that
 * fails throws in this thread: a piece that it had taken would never be done.
 */
export function startHelpers(count: number, start: Omit<HelperStart, 'thread'>): void {
  // Node 20 runs no TypeScript, and the tests run this module's source.
  const file = pathToFileURL(join(repositoryRoot(), 'dist', 'src', 'kernels', 'helper.js'));
  for (let thread = 1; thread <= count; thread++) {
    const workerData: HelperStart = { ...start, thread };
    const worker = new Worker(file, { workerData, resourceLimits: { maxOldGenerationSizeMb: 32 } });
    worker.unref();
    worker.on('error', (error) => {
      throw error;
    });
  }
}
