import { describe, expect, it } from 'vitest';
import { Random } from '../../src/model/random.ts';
import { Trigram } from '../../src/training/trigram.ts';

const V = 40;

/** Sequences in which a token depends on the two before it, with some noise. */
function sequences(count: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const tokens = [1, 2];
    for (let i = 2; i < 22; i++) {
      const [a, b] = tokens.slice(-2) as [number, number];
      tokens.push(4 + ((a * 7 + b * 3 + random.below(random.uniform() < 0.7 ? 2 : 30)) % (V - 6)));
    }
    return [...tokens, 3];
  });
}

/** Nats a token over the predicted tokens; `farther` may hide the farther context. */
function nll(model: Trigram, held: number[][], farther = (token: number) => token): number {
  let sum = 0;
  let tokens = 0;
  for (const sequence of held) {
    for (let i = 2; i < sequence.length; i++) {
      const [context2, context1, token] = sequence.slice(i - 2, i + 1) as [number, number, number];
      sum -= model.logProbability(farther(context2), context1, token);
      tokens += 1;
    }
  }
  return sum / tokens;
}

function totalProbability(model: Trigram, context2: number, context1: number): number {
  let sum = 0;
  for (let token = 0; token < V; token++) sum += Math.exp(model.logProbability(context2, context1, token));
  return sum;
}

describe('the Kneser-Ney trigram', () => {
  const model = Trigram.train(sequences(300, 1), V);

  it('gives a distribution after contexts seen often, seldom, in part and never', () => {
    for (const [context2, context1] of [
      [1, 2],
      [2, 17],
      [9, 9],
      [0, 12],
      [0, 0],
      [39, 39],
    ] as const) {
      expect(totalProbability(model, context2, context1)).toBeCloseTo(1, 10);
    }
  });

  it('gives a distribution where the corpus is too small to estimate discounts from', () => {
    const toy = Trigram.train([[1, 2, 5, 6, 3]], V);
    for (const [context2, context1] of [
      [1, 2],
      [2, 5],
      [8, 9],
    ] as const) {
      expect(totalProbability(toy, context2, context1)).toBeCloseTo(1, 10);
    }
    expect(toy.logProbability(1, 2, 5)).toBeGreaterThan(toy.logProbability(1, 2, 6));
  });

  it('gives every token some probability, even with nothing to learn from', () => {
    const empty = Trigram.train([], V);
    expect(empty.logProbability(3, 4, 5)).toBeCloseTo(-Math.log(V), 12);
    expect(Number.isFinite(model.logProbability(1, 2, 0))).toBe(true);
  });

  it('agrees with the formula worked by hand', () => {
    // Counts too few for estimates: discounts of 0.5, 1 and 1.5.
    const hand = Trigram.train(
      [
        [0, 1, 2, 3],
        [0, 1, 2, 3],
        [0, 1, 4, 3],
      ],
      5,
    );
    // Trigrams: 012 ×2, 014 ×1, 123 ×2, 143 ×1. Distinct continuations: 12, 14, 23, 43 once each; 2 and 4 once, 3 twice.
    const unigram = (count: 1 | 2) => (count - (count === 1 ? 0.5 : 1)) / 4 + (2 / 4) * (1 / 5);
    const bigram12 = 0.5 / 2 + (1 / 2) * unigram(1);
    const trigram012 = (2 - 1) / 3 + (1.5 / 3) * bigram12;
    expect(Math.exp(hand.logProbability(0, 1, 2))).toBeCloseTo(trigram012, 12);
    // The context 3 4 was never seen: the bigram 4 3 alone.
    expect(Math.exp(hand.logProbability(3, 4, 3))).toBeCloseTo(0.5 + 0.5 * unigram(2), 12);
  });

  it('counts how many contexts a token follows, not how often: a word that only stands in one phrase stays there', () => {
    // 20 stands often, but only after 10 10; 21 stands seldom, after many contexts.
    const phrases = Array.from({ length: 50 }, () => [1, 2, 10, 10, 20, 3]);
    const loose = Array.from({ length: 10 }, (_, i) => [1, 2, 22 + i, 21, 3]);
    const trained = Trigram.train([...phrases, ...loose], V);
    expect(trained.logProbability(38, 39, 21)).toBeGreaterThan(trained.logProbability(38, 39, 20));
  });

  it('predicts held-out text better than chance, and better with both tokens before than with one', () => {
    const held = sequences(50, 2);
    // Token 0 stands nowhere: with it as the farther context, what is left is the bigram.
    const bigram = nll(model, held, () => 0);
    expect(nll(model, held)).toBeLessThan(bigram);
    expect(bigram).toBeLessThan(Math.log(V));
  });

  it('does not depend on the order of the sequences', () => {
    const other = Trigram.train(sequences(300, 1).reverse(), V);
    expect(other.logProbability(2, 17, 9)).toBe(model.logProbability(2, 17, 9));
  });

  it('refuses tokens outside its vocabulary', () => {
    expect(() => Trigram.train([[1, 2, V]], V)).toThrow(RangeError);
    expect(() => Trigram.train([[1, 2, -1]], V)).toThrow(RangeError);
    expect(() => model.logProbability(1, 2, V)).toThrow(RangeError);
  });
});
