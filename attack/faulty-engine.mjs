/** The real engine thread, which now and then crashes, exits, hangs or traps at a command. For `engine-faults.ts`. */

import { parentPort } from 'node:worker_threads';
import { Kernels } from '../dist/src/kernels/kernels.js';

/** The share of commands at which it ends. */
const SHARE = 0.05;

const FAULTS = [
  () => {
    throw new Error('a fault of the attack');
  },
  () => process.exit(3),
  () => {
    for (;;);
  },
  () => {
    const { run } = Kernels.prototype;
    Kernels.prototype.run = function () {
      // An operation that reads outside the memory, left to a worker thread if there is one.
      this.operations.gather(1, { pointer: 2 ** 31 - 4096, width: 8 }, 4096, 2 ** 31 - 4096);
      this.start();
      for (
        const end = performance.now() + 200;
        this.threads > 1 && !this.failed && performance.now() < end;
      );
      run.call(this);
    };
  },
];

parentPort.on('message', ({ type }) => {
  if (type !== 'cancel' && Math.random() < SHARE) FAULTS[Math.floor(Math.random() * FAULTS.length)]();
});
await import('../dist/src/service/worker.js');
