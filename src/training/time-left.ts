/** How long a run will take on the engine that computes it, from a step that is measured before the first. */

import type { Batch } from './batch.ts';
import type { Curriculum } from './curriculum.ts';

/** Batches from which the mean size of a stage's batches is taken. */
const SAMPLE = 60;
/** The first step also compiles kernels and fills caches. If it takes longer than this, the operator waits for no other. */
const LONG_MS = 20_000;

/**
 * Milliseconds that the steps after `step` will take. `compute` does the work of a step on a batch without changing
 * anything.
 */
export async function estimateRemaining(
  curriculum: Curriculum,
  step: number,
  compute: (batch: Batch) => Promise<void>,
  now: () => number = () => performance.now(),
): Promise<number> {
  let total = 0;
  for (const { steps, batches } of curriculum.remaining(step, SAMPLE)) {
    const mean = batches.reduce((sum, { inputs }) => sum + inputs.length, 0) / batches.length;
    const distance = ({ inputs }: Batch) => Math.abs(inputs.length - mean);
    const typical = batches.reduce((best, batch) => (distance(batch) < distance(best) ? batch : best));
    const measure = async () => {
      const begun = now();
      await compute(typical);
      return now() - begun;
    };
    let ms = await measure();
    if (ms < LONG_MS) ms = await measure();
    total += (steps * ms * mean) / typical.inputs.length;
  }
  return total;
}
