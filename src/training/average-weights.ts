/**
 * The mean of two networks' weights. If both were trained on from the same weights, it is as good a network as either, and
 * often better (Wortsman et al. 2022, model soups).
 */

import { isDeepStrictEqual } from 'node:util';
import { type Checkpoint, CheckpointError } from '../model/checkpoint.ts';

/**
 * `share`, between 0 and 1, is that of `second`. Throws `CheckpointError` if the networks have other sizes or other
 * vocabularies.
 */
export function averageWeights(
  first: Pick<Checkpoint, 'name' | 'architecture' | 'vocabulary' | 'parameters'>,
  second: typeof first,
  share: number,
): Map<string, Float32Array> {
  if (!isDeepStrictEqual(first.architecture, second.architecture)) {
    throw new CheckpointError(`${first.name} and ${second.name} have other sizes, so they have no mean`);
  }
  if (!isDeepStrictEqual(first.vocabulary.hanzi, second.vocabulary.hanzi)) {
    throw new CheckpointError(
      `${first.name} and ${second.name} have other vocabularies, so they have no mean`,
    );
  }
  const mean = new Map<string, Float32Array>();
  for (const [name, values] of first.parameters) {
    const others = second.parameters.get(name);
    mean.set(
      name,
      values.map((value, i) => (1 - share) * value + share * (others?.[i] ?? 0)),
    );
  }
  return mean;
}
