/**
 * Moves weights further in the direction in which training moved them (Zheng et al. 2024, "Model extrapolation expedites
 * alignment"): a run that learns from ratings stops short, because it also fits the chance in what was rated.
 */

import { isDeepStrictEqual } from 'node:util';
import { type Checkpoint, CheckpointError } from '../model/checkpoint.ts';

/** Checkpoints before and after training, in this order. */
type Pair = readonly [
  Pick<Checkpoint, 'name' | 'architecture' | 'vocabulary' | 'parameters'>,
  Pick<Checkpoint, 'name' | 'architecture' | 'vocabulary' | 'parameters'>,
];

/**
 * The weights `after` + `by` · (`after` − `before`), by the names of `shapesOf`. Throws `CheckpointError` if the checkpoints
 * have other sizes or other vocabularies.
 */
export function extrapolate([before, after]: Pair, by: number): Map<string, Float32Array> {
  if (
    !isDeepStrictEqual(before.architecture, after.architecture) ||
    !isDeepStrictEqual(before.vocabulary.hanzi, after.vocabulary.hanzi)
  ) {
    throw new CheckpointError(`${before.name} and ${after.name} differ in their sizes or their vocabulary`);
  }
  return new Map(
    [...after.parameters].map(([name, values]) => {
      const old = before.parameters.get(name);
      return [name, values.map((value, i) => value + by * (value - (old?.[i] ?? value)))];
    }),
  );
}
