import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/model/random.ts';
import { BOS } from '../../../src/model/vocabulary.ts';
import { fitReward } from '../../../src/training/reward/fit-reward.ts';
import { type RatedPoem, RatingsError } from '../../../src/training/reward/ratings.ts';
import { VOCABULARY } from '../../model/tiny-model.ts';

const WIDTH = 4;
/** Each character lies in a direction of its own kind: readers like the first kind, and do not care for the others. */
const embedding = new Float32Array(VOCABULARY.size * WIDTH);
for (let id = 0; id < VOCABULARY.size; id++) embedding[id * WIDTH + (id % WIDTH)] = 1;
/** States of two units: the first may follow the rating, with noise; the second follows nothing. */
const statesOf = (poems: readonly RatedPoem[], { follows = 0 } = {}) => {
  const random = new Random(5);
  return poems.flatMap(({ lines }) =>
    lines.map(({ rating }) =>
      Float32Array.of(0.5 + follows * rating + 0.2 * random.normal(), random.normal()),
    ),
  );
};
const isLiked = (char: string) => VOCABULARY.id(char) % WIDTH === 0;

/** Poems whose lines are rated by the share of liked characters, by the likelihood, and by how mild the reader is. */
function ratedPoems(noise = 0): RatedPoem[] {
  const random = new Random(4);
  const { hanzi } = VOCABULARY;
  return Array.from({ length: 120 }, (_, n) => ({
    sheet: String(n % 3),
    request: String(n >> 2),
    form: 'wujue',
    title: '',
    opening: '',
    heads: '',
    overall: 3,
    lines: Array.from({ length: 4 }, (_, i) => {
      // The last of the characters is left out, so that some are judged by their kind alone.
      const text = Array.from({ length: 5 }, () => hanzi[random.below(hanzi.length - 40)] ?? '').join('');
      const nll = 2 + random.uniform();
      const share = [...text].filter(isLiked).length / 5;
      const mildness = 0.5 * (n % 3) - 0.3 * i;
      return { text, nll, rating: 3 + 2 * share - 0.5 * nll + mildness + noise * random.normal() };
    }),
  }));
}

describe('a reward model', () => {
  test('gives the points that readers give for a kind of character, mild and strict ones alike', () => {
    const poems = ratedPoems();
    const fit = fitReward(poems, VOCABULARY, embedding, statesOf(poems));
    const { reward, pointsPerNat, lines, heldOut } = fit;
    const of = (liked: boolean) =>
      VOCABULARY.hanzi.filter((c) => isLiked(c) === liked).map((c) => reward.tokens[VOCABULARY.id(c)] ?? 0);
    const [likes, others] = [of(true), of(false)];
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(likes) - mean(others)).toBeGreaterThan(1.2);
    expect(mean(likes) - mean(others)).toBeLessThan(2.1);
    expect(Math.min(...likes)).toBeGreaterThan(Math.max(...others));
    expect(pointsPerNat).toBeGreaterThan(0.4);
    expect(lines).toBe(480);
    expect(heldOut.correlation).toBeGreaterThan(0.97);
    expect(heldOut.likelihoodAlone).toBeLessThan(0.8);
  });

  test('says nothing of tokens that are no hanzi', () => {
    const poems = ratedPoems();
    const { reward } = fitReward(poems, VOCABULARY, embedding, statesOf(poems));
    expect(reward.tokens.length).toBe(VOCABULARY.size);
    expect(reward.tokens[BOS]).toBe(0);
  });

  test('learns from the states what characters and likelihood do not say', () => {
    const poems = ratedPoems(1);
    const fitted = (follows: number) => fitReward(poems, VOCABULARY, embedding, statesOf(poems, { follows }));
    const [without, with_] = [fitted(0), fitted(1)];
    expect(with_.heldOut.correlation).toBeGreaterThan(without.heldOut.correlation + 0.1);
    const [follows = 0, nothing = 0] = with_.reward.state;
    expect(follows).toBeGreaterThan(0.5);
    expect(Math.abs(nothing)).toBeLessThan(0.1);
  });

  test('gives the mean line nothing', () => {
    const poems = ratedPoems(1);
    const states = statesOf(poems, { follows: 1 });
    const { tokens, state } = fitReward(poems, VOCABULARY, embedding, states).reward;
    const lines = poems.flatMap((poem) => poem.lines);
    const rewards = lines.map(({ text }, n) => {
      const characters = [...text].reduce((sum, char) => sum + (tokens[VOCABULARY.id(char)] ?? 0) / 5, 0);
      return state.reduce((sum, weight, i) => sum + weight * (states[n]?.[i] ?? 0), characters);
    });
    expect(rewards.reduce((a, b) => a + b, 0) / rewards.length).toBeCloseTo(0, 4);
  });

  test('foretells nothing if the ratings follow nothing', () => {
    const random = new Random(8);
    const poems = ratedPoems().map((poem) => ({
      ...poem,
      lines: poem.lines.map((line) => ({ ...line, rating: 1 + 4 * random.uniform() })),
    }));
    expect(
      Math.abs(fitReward(poems, VOCABULARY, embedding, statesOf(poems)).heldOut.correlation),
    ).toBeLessThan(0.2);
  });

  test('needs ratings that vary, so that no figure is missing', () => {
    const poems = ratedPoems().map((poem) => ({
      ...poem,
      sheet: '1',
      lines: poem.lines.map((line) => ({ ...line, rating: 3 })),
    }));
    expect(() => fitReward(poems, VOCABULARY, embedding, statesOf(poems))).toThrow(RatingsError);
  });

  test('needs poems of several requests, with likelihoods', () => {
    const poems = ratedPoems();
    const fitSome = (some: readonly RatedPoem[]) => fitReward(some, VOCABULARY, embedding, statesOf(some));
    expect(() => fitSome(poems.slice(0, 4))).toThrow(RatingsError);
    const unknown = poems.map((poem) => ({
      ...poem,
      lines: poem.lines.map((line) => ({ ...line, nll: null })),
    }));
    expect(() => fitSome(unknown)).toThrow(RatingsError);
  });

  test('is fitted to more lines than a function can have arguments', () => {
    const poems = Array.from({ length: 300 }, () => ratedPoems()).flat();
    const { lines } = fitReward(poems, VOCABULARY, embedding, statesOf(poems));
    expect(lines).toBe(144_000);
  });
});
