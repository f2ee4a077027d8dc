import { describe, expect, test } from 'vitest';
import { Vocabulary } from '../../../src/model/vocabulary.ts';
import type { Batch } from '../../../src/training/batch.ts';
import { lineLogLikelihoods, ratingGain } from '../../../src/training/reward/rating-gain.ts';
import { ratedPoems } from '../fixtures/small-run.ts';

const poems = ratedPoems(12);
const vocabulary = Vocabulary.build(
  poems.flatMap(({ lines }) => lines.map(({ text }) => text)),
  1,
);
/** Every token costs as many nats as its id. */
const byId = {
  negativeLogLikelihoods: async ({ targets }: Batch) => Float32Array.from(targets),
};
const nats = (text: string) => [...text].reduce((sum, char) => sum - vocabulary.id(char), 0);

describe('the log-likelihood of lines', () => {
  test('is that of the hanzi that were not asked for', async () => {
    const lines = await lineLogLikelihoods(byId, poems, vocabulary);
    expect(lines).toEqual(
      poems.map((poem) => poem.lines.map(({ text }, i) => nats(i === 0 ? text.slice(1) : text))),
    );
  });

  test('leaves out the heads of an acrostic', async () => {
    const acrostics = poems.map((poem) => ({
      ...poem,
      opening: '',
      heads: poem.lines.map(({ text }) => text[0]).join(''),
    }));
    const lines = await lineLogLikelihoods(byId, acrostics, vocabulary);
    expect(lines).toEqual(acrostics.map((poem) => poem.lines.map(({ text }) => nats(text.slice(1)))));
  });
});

describe('the gain on rated poems', () => {
  const before = poems.map(({ lines }) => lines.map(() => -20));
  const moved = (nats: (rating: number) => number) =>
    poems.map(({ lines }) => lines.map(({ rating }) => -20 + nats(rating)));

  test('is 0 if nothing has changed', () => {
    expect(ratingGain(poems, before, before)).toEqual({ gain: 0, correlation: 0, change: 0 });
  });

  test('is positive if what readers like became likelier, and negative if it became less likely', () => {
    const better = ratingGain(
      poems,
      before,
      moved((rating) => (rating > 3 ? 0.5 : -0.5)),
    );
    const worse = ratingGain(
      poems,
      before,
      moved((rating) => (rating > 3 ? -0.5 : 0.5)),
    );
    expect(better.gain).toBeGreaterThan(0.1);
    expect(better.correlation).toBeGreaterThan(0.5);
    expect(better.change).toBeCloseTo(0.5);
    expect(worse.gain).toBeCloseTo(-better.gain);
    expect(worse.correlation).toBeCloseTo(-better.correlation);
  });

  test('is about 0 if all lines became likelier alike', () => {
    const { gain, change } = ratingGain(
      poems,
      before,
      moved(() => 1),
    );
    expect(gain).toBeCloseTo(0);
    expect(change).toBe(1);
  });
});
