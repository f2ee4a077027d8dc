/**
 * Fits a reward model to readers' ratings of lines: a ridge regression of the rating on the likelihood of the line and on
 * the mean of its characters' embeddings. So a character that few rated lines have is judged by those that are like it.
 *
 * Poems whose likelihood was not recorded are left out. What is not the line's own doing is taken out first: some readers
 * are milder, and last lines are rated lower than others.
 */

import { FIRST_HANZI, type Vocabulary } from '../../model/vocabulary.ts';
import type { RatedPoem } from './ratings.ts';
import { NormalEquations } from './ridge.ts';

/** Chosen on other requests than those that were fitted; figures in docs/decisions/35. */
const PENALTY = 40;
/** The weight of the likelihood is penalised this much less than that of the embedding. */
const LIKELIHOOD_SCALE = 3;
const FOLDS = 8;

export interface RewardFit {
  /** [V], in points of a rating. 0 for tokens that are not hanzi; 0 on the mean over the rated lines. */
  readonly reward: Float32Array;
  /** Points that a line is rated lower for a nat a hanzi. */
  readonly pointsPerNat: number;
  readonly poems: number;
  readonly lines: number;
  /** Correlation with the ratings of lines of requests that were not fitted. */
  readonly heldOut: { readonly correlation: number; readonly likelihoodAlone: number };
}

/** A line as the regression sees it. */
interface Example {
  /** [1 + E]: the NLL, and the mean embedding. */
  readonly features: Float64Array;
  target: number;
  readonly request: string;
  readonly sheet: string;
  /** Its form and its number in the poem. */
  readonly place: string;
}

/** `embedding` [V, E] is the poet's. Throws a RangeError if there are poems of one request only. */
export function fitReward(
  rated: readonly RatedPoem[],
  vocabulary: Vocabulary,
  embedding: Float32Array,
): RewardFit {
  const width = embedding.length / vocabulary.size;
  const poems = rated.filter(({ lines }) => lines.every(({ nll }) => nll !== null));
  const ids = poems.flatMap(({ lines }) => lines.map(({ text }) => [...text].map((c) => vocabulary.id(c))));
  const examples = examplesOf(poems, ids, embedding, width);
  removeMeans(examples);
  const scales = scaleFeatures(examples);
  const all = new NormalEquations(1 + width);
  for (const { features, target } of examples) all.add(features, target);
  const weights = all.solve(PENALTY).map((weight, i) => weight * (scales[i] ?? 0));
  return {
    reward: rewardOf(weights.subarray(1), ids, vocabulary, embedding),
    pointsPerNat: -(weights[0] ?? 0),
    poems: poems.length,
    lines: examples.length,
    heldOut: {
      correlation: correlation(heldOutPredictions(examples, all), targetsOf(examples)),
      likelihoodAlone: correlation(
        examples.map(({ features }) => -(features[0] ?? 0)),
        targetsOf(examples),
      ),
    },
  };
}

function examplesOf(
  poems: readonly RatedPoem[],
  ids: readonly (readonly number[])[],
  embedding: Float32Array,
  width: number,
): Example[] {
  let n = 0;
  return poems.flatMap(({ sheet, request, form, lines }) =>
    lines.map(({ rating, nll }, i) => {
      const features = new Float64Array(1 + width);
      features[0] = nll ?? 0;
      const tokens = ids[n++] ?? [];
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
    const size = group[0]?.features.length ?? 0;
    for (let i = 0; i < size; i++) {
      const mean = meanOf(group.map(({ features }) => features[i] ?? 0));
      for (const { features } of group) features[i] = (features[i] ?? 0) - mean;
    }
  }
}

function centreTargets(group: readonly Example[]): void {
  const mean = meanOf(targetsOf(group));
  for (const example of group) example.target -= mean;
}

/**
 * Scales the features, so that the penalty means the same for any embedding, and returns the factors. The embedding has
 * one factor: dimensions in which characters differ more count more.
 */
function scaleFeatures(examples: readonly Example[]): Float64Array {
  const size = examples[0]?.features.length ?? 0;
  let [likelihood, embedding] = [0, 0];
  for (const { features } of examples) {
    likelihood += (features[0] ?? 0) ** 2 / examples.length;
    for (const value of features.subarray(1)) embedding += value ** 2 / examples.length;
  }
  const scales = new Float64Array(size).fill(1 / Math.sqrt(embedding || 1));
  scales[0] = LIKELIHOOD_SCALE / Math.sqrt(likelihood || 1);
  for (const { features } of examples) {
    for (let i = 0; i < size; i++) features[i] = (features[i] ?? 0) * (scales[i] ?? 0);
  }
  return scales;
}

/** What the regression says of each line if the requests of its fold are left out. */
function heldOutPredictions(examples: readonly Example[], all: NormalEquations): number[] {
  const requests = [...new Set(examples.map(({ request }) => request))];
  if (requests.length < 2) throw new RangeError('a reward model needs poems of several requests');
  const folds = new Map(requests.map((request, i) => [request, i % FOLDS]));
  const predictions = new Array<number>(examples.length).fill(0);
  for (let fold = 0; fold < Math.min(FOLDS, requests.length); fold++) {
    const heldOut = [...examples.entries()].filter(([, { request }]) => folds.get(request) === fold);
    for (const [, { features, target }] of heldOut) all.add(features, target, -1);
    const weights = all.solve(PENALTY);
    for (const [n, { features, target }] of heldOut) {
      predictions[n] = features.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);
      all.add(features, target);
    }
  }
  return predictions;
}

/** The reward of each token, from the weights [E] of the embedding. */
function rewardOf(
  weights: Float64Array,
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
  return reward.map((value, id) => (id < FIRST_HANZI ? 0 : value - mean));
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
