/**
 * Fits a reward model to readers' ratings of lines: a ridge regression of the rating on the likelihood of the line, on the
 * mean of its characters' embeddings and on the mean state of the network. So a character that few rated lines have is
 * judged by those that are like it.
 *
 * All poems must have likelihoods. What is not the line's own doing is taken out first: some readers
 * are milder, and last lines are rated lower than others.
 */

import type { Reward } from '../../model/reward.ts';
import { FIRST_HANZI, type Vocabulary } from '../../model/vocabulary.ts';
import { type RatedPoem, RatingsError } from './ratings.ts';
import { NormalEquations } from './ridge.ts';

/** Chosen on other requests than those that were fitted; figures in docs/decisions/45. */
const PENALTY_A_LINE = 0.03;
const FOLDS = 8;

export interface RewardFit {
  /** Its mean over the rated lines is 0. */
  readonly reward: Reward;
  /** Points that a line is rated lower for a nat a hanzi. */
  readonly pointsPerNat: number;
  readonly lines: number;
  /** Correlation with the ratings of lines of requests that were not fitted. */
  readonly heldOut: { readonly correlation: number; readonly likelihoodAlone: number };
}

/** A line as the regression sees it. */
interface Example {
  /** [1 + E + H]: the NLL, the mean embedding and the mean state. */
  readonly features: Float32Array;
  target: number;
  readonly request: string;
  readonly sheet: string;
  /** Its form and its number in the poem. */
  readonly place: string;
}

/**
 * `embedding` [V, E] is the poet's, `states` has the mean state [H] of each line of each poem. Throws a {@link RatingsError}
 * if there are poems of one request only, one without likelihoods, or ratings that do not vary.
 */
export function fitReward(
  poems: readonly RatedPoem[],
  vocabulary: Vocabulary,
  embedding: Float32Array,
  states: readonly Float32Array[],
): RewardFit {
  const width = embedding.length / vocabulary.size;
  const ids = poems.flatMap(({ lines }) => lines.map(({ text }) => [...text].map((c) => vocabulary.id(c))));
  const examples = examplesOf(poems, ids, embedding, vocabulary.size, states);
  const meanState = meanOfAll(states);
  removeMeans(examples);
  const scales = scaleFeatures(examples);
  const folds = foldsOf(examples);
  const { weights: scaled, predictions } = regress(examples, folds);
  const weights = Float64Array.from(scaled, (weight, i) => weight * (scales[i] ?? 0));
  const state = Float32Array.from(weights.subarray(1 + width));
  const offset = state.reduce((sum, weight, i) => sum + weight * (meanState[i] ?? 0), 0);
  const targets = targetsOf(examples);
  const likelihoods = examples.map(({ features }) => -(features[0] ?? 0));
  const heldOut = {
    correlation: correlation(predictions, targets),
    likelihoodAlone: correlation(likelihoods, targets),
  };
  if (!Object.values(heldOut).every(Number.isFinite)) {
    throw new RatingsError('The ratings or the likelihoods do not vary, so there is nothing to fit.');
  }
  return {
    reward: {
      tokens: tokenRewards(weights.subarray(1, 1 + width), offset, ids, vocabulary, embedding),
      state,
    },
    pointsPerNat: -(weights[0] ?? 0),
    lines: examples.length,
    heldOut,
  };
}

function examplesOf(
  poems: readonly RatedPoem[],
  ids: readonly (readonly number[])[],
  embedding: Float32Array,
  vocabularySize: number,
  states: readonly Float32Array[],
): Example[] {
  const width = embedding.length / vocabularySize;
  const hidden = states[0]?.length ?? 0;
  let n = 0;
  return poems.flatMap(({ sheet, request, form, lines }) =>
    lines.map(({ rating, nll }, i) => {
      if (nll === null) throw new RatingsError('A reward model needs poems with likelihoods.');
      const tokens = ids[n] ?? [];
      const features = new Float32Array(1 + width + hidden);
      features[0] = nll;
      features.set(states[n++] ?? [], 1 + width);
      for (const id of tokens) {
        for (let e = 0; e < width; e++) {
          features[1 + e] = (features[1 + e] ?? 0) + (embedding[id * width + e] ?? 0) / tokens.length;
        }
      }
      return { features, target: rating, request, sheet, place: `${form} ${i}` };
    }),
  );
}

/** Takes the mean of each sheet off the ratings, then that of each place off the ratings and the features. */
function removeMeans(examples: readonly Example[]): void {
  for (const group of groupsOf(examples, ({ sheet }) => sheet)) centreTargets(group);
  for (const group of groupsOf(examples, ({ place }) => place)) {
    centreTargets(group);
    const means = meanOfAll(group.map(({ features }) => features));
    for (const { features } of group) {
      for (const [i, mean] of means.entries()) features[i] = (features[i] ?? 0) - mean;
    }
  }
}

function centreTargets(group: readonly Example[]): void {
  const mean = meanOf(targetsOf(group));
  for (const example of group) example.target -= mean;
}

/** Scales each feature to a standard deviation of 1, so that the penalty means the same for all, and returns the factors. */
function scaleFeatures(examples: readonly Example[]): Float64Array {
  const squares = new Float64Array(examples[0]?.features.length ?? 0);
  for (const { features } of examples) {
    for (const [i, value] of features.entries()) squares[i] = (squares[i] ?? 0) + value ** 2;
  }
  const scales = squares.map((square) => 1 / Math.sqrt(square / examples.length || 1));
  for (const { features } of examples) {
    for (const [i, scale] of scales.entries()) features[i] = (features[i] ?? 0) * scale;
  }
  return scales;
}

/** The number of the fold of each example. The lines of one request are in one fold. */
function foldsOf(examples: readonly Example[]): number[] {
  const requests = [...new Set(examples.map(({ request }) => request))];
  if (requests.length < 2)
    throw new RatingsError('A reward model needs rated poems of several requests, with likelihoods.');
  const folds = new Map(requests.map((request, i) => [request, i % FOLDS]));
  return examples.map(({ request }) => folds.get(request) ?? 0);
}

/** The weights of the features, and what the regression says of each line if the requests of its fold are left out. */
function regress(
  examples: readonly Example[],
  folds: readonly number[],
): { readonly weights: Float64Array; readonly predictions: number[] } {
  const size = examples[0]?.features.length ?? 0;
  const penalty = PENALTY_A_LINE * examples.length;
  const parts = Array.from({ length: new Set(folds).size }, () => new NormalEquations(size));
  for (const [n, { features, target }] of examples.entries()) parts[folds[n] ?? 0]?.add(features, target);
  const all = new NormalEquations(size);
  for (const part of parts) all.addSums(part);
  const withoutFold = parts.map((part) => {
    const others = new NormalEquations(size);
    others.addSums(all);
    others.addSums(part, -1);
    return others.solve(penalty);
  });
  const predictions = examples.map(({ features }, n) => {
    const weights = withoutFold[folds[n] ?? 0];
    return features.reduce((sum, value, i) => sum + value * (weights?.[i] ?? 0), 0);
  });
  return { weights: all.solve(penalty), predictions };
}

/** The reward of each token, from the weights [E] of the embedding, less what states add to the mean line. */
function tokenRewards(
  weights: Float64Array,
  offset: number,
  ids: readonly (readonly number[])[],
  { size }: Vocabulary,
  embedding: Float32Array,
): Float32Array {
  const width = weights.length;
  const reward = new Float32Array(size);
  for (let id = FIRST_HANZI; id < size; id++) {
    for (let e = 0; e < width; e++) {
      reward[id] = (reward[id] ?? 0) + (embedding[id * width + e] ?? 0) * (weights[e] ?? 0);
    }
  }
  const mean = meanOf(ids.flat().map((id) => reward[id] ?? 0));
  return reward.map((value, id) => (id < FIRST_HANZI ? 0 : value - mean - offset));
}

function groupsOf(examples: readonly Example[], key: (example: Example) => string): Example[][] {
  const groups = new Map<string, Example[]>();
  for (const example of examples) {
    const group = groups.get(key(example));
    if (group) group.push(example);
    else groups.set(key(example), [example]);
  }
  return [...groups.values()];
}

function targetsOf(examples: readonly Example[]): number[] {
  return examples.map(({ target }) => target);
}

/** The mean of vectors of one length. */
function meanOfAll(vectors: readonly Float32Array[]): Float64Array {
  const sums = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (vector[i] ?? 0);
  }
  return sums.map((sum) => sum / Math.max(1, vectors.length));
}

function meanOf(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}

/** Pearson's correlation; NaN if one side does not vary. */
function correlation(xs: readonly number[], ys: readonly number[]): number {
  const [mx, my] = [meanOf(xs), meanOf(ys)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, x] of xs.entries()) {
    const [dx, dy] = [x - mx, (ys[i] ?? 0) - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
