/**
 * The entry point of the keeper, the thread that starts the worker threads of a pool and sees how they end. Started by
 * `thread-pool.ts`.
 *
 * A worker that ends before the pool is stopped may have taken a tile, which is then never finished. It may have failed
 * (an operation that reads outside the memory), have no memory left, or have been ended from outside. The keeper has no
 * other work, so it learns of each at once: it first says why, and then sets the flag that the main thread looks at.
 */

import { Worker, workerData } from 'node:worker_threads';
import { messageOf } from '../system/message-of.ts';
import { instantiate } from './module.ts';
import { HEAP_LIMIT, type KeeperStart, type WorkerStart } from './thread-pool.ts';

const { threads, program, failures, ...shared } = workerData as KeeperStart;
const { functions } = instantiate(shared.module, shared.memory);
functions.attach(shared.control, 0);

function fail(reason: string): void {
  failures.postMessage(reason);
  functions.fail();
}

for (let thread = 1; thread < threads; thread++) {
  const start: WorkerStart = { ...shared, thread };
  const worker = new Worker(new URL(program), { workerData: start, resourceLimits: HEAP_LIMIT });
  worker.on('error', (error) => fail(messageOf(error)));
  worker.on('exit', (code) => {
    if (functions.stopped() === 0) fail(`it ended with exit code ${code}`);
  });
}
