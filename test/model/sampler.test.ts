import { describe, expect, test } from 'vitest';
import { Kernels } from '../../src/model/kernels/kernels.ts';
import { Random } from '../../src/model/random.ts';
import { Sampler } from '../../src/model/sampler.ts';

const all = (length: number) => Int32Array.from({ length }, (_, i) => i);

/** Shares of 100,000 draws. */
function shares(logits: Float32Array, ids: Int32Array, temperature: number, nucleus: number): Float64Array {
  const sampler = new Sampler(logits.length);
  const random = new Random(1);
  const counts = new Float64Array(logits.length);
  for (let i = 0; i < 100_000; i++) {
    const id = sampler.draw(logits, 0, ids, { temperature, nucleus }, random);
    counts[id] = (counts[id] as number) + 1e-5;
  }
  return counts;
}

describe('a draw', () => {
  const logits = Float32Array.of(1, 2, 0.5, -1, 3);

  test('follows the softmax of the logits over the temperature', () => {
    for (const temperature of [0.5, 1, 2]) {
      const weights = Array.from(logits, (logit) => Math.exp(logit / temperature));
      const total = weights.reduce((a, b) => a + b);
      const drawn = shares(logits, all(5), temperature, 1);
      for (const [i, weight] of weights.entries()) expect(drawn[i]).toBeCloseTo(weight / total, 2);
    }
  });

  test('takes only what is among the candidates', () => {
    const drawn = shares(logits, Int32Array.of(0, 3), 1, 1);
    expect(drawn[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 2);
    expect((drawn[0] as number) + (drawn[3] as number)).toBeCloseTo(1, 6);
  });

  test('ends the nucleus with the candidate that completes its share', () => {
    // Probabilities .5 .25 .15 .1
    const four = Float32Array.from([0.5, 0.25, 0.15, 0.1], Math.log);
    expect([...shares(four, all(4), 1, 0.7)].map((share) => share > 0)).toEqual([true, true, false, false]);
    expect([...shares(four, all(4), 1, 0.76)].map((share) => share > 0)).toEqual([true, true, true, false]);
    expect([...shares(four, all(4), 1, 1)].every((share) => share > 0)).toBe(true);
    expect([...shares(four, all(4), 1, 1e-9)].map((share) => share > 0)).toEqual([true, false, false, false]);
  });

  test('holds back what is common everywhere, as much as it is told to', () => {
    const frequencies = Float32Array.from([0.8, 0.15, 0.05], Math.log);
    const logits = Float32Array.from([0.6, 0.25, 0.15], Math.log);
    const drawn = (specificity: number) => {
      const sampler = new Sampler(3, frequencies);
      const random = new Random(1);
      const counts = [0, 0, 0];
      for (let i = 0; i < 50_000; i++) {
        const id = sampler.draw(logits, 0, all(3), { temperature: 1, nucleus: 1, specificity }, random);
        counts[id] = (counts[id] as number) + 1 / 50_000;
      }
      return counts;
    };
    for (const specificity of [0, 0.5, 1]) {
      const weights = [0.6 / 0.8 ** specificity, 0.25 / 0.15 ** specificity, 0.15 / 0.05 ** specificity];
      const total = weights.reduce((a, b) => a + b);
      for (const [i, share] of drawn(specificity).entries()) {
        expect(share).toBeCloseTo((weights[i] as number) / total, 1);
      }
    }
  });

  test('is the same for the same seed, and reads from where the row begins', () => {
    const wide = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i * 12.9898) * 3);
    const sampling = { temperature: 0.8, nucleus: 0.9 };
    const run = (at: number) => {
      const sampler = new Sampler(300);
      const random = new Random(42);
      return Array.from({ length: 50 }, () => sampler.draw(wide, at, all(300), sampling, random));
    };
    expect(run(0)).toEqual(run(0));
    expect(run(300)).not.toEqual(run(0));
    expect(run(300).every((id) => id >= 0 && id < 300)).toBe(true);
  });

  test('is the same from the kernels’ own memory, and from candidates that leave gaps or none', () => {
    const kernels = new Kernels();
    const sampler = new Sampler(50, null, kernels);
    const values = Float32Array.from({ length: 100 }, (_, i) => Math.cos(i * 3.7) * 2);
    const place = kernels.reserve(100);
    const own = kernels.floats(place, 100);
    own.set(values);
    for (const ids of [all(49), all(49).filter((id) => id % 3 !== 1), Int32Array.of(7, 8)]) {
      for (let seed = 0; seed < 40; seed++) {
        const draw = (logits: Float32Array) =>
          sampler.draw(logits, 50, ids, { temperature: 0.9, nucleus: 0.95 }, new Random(seed));
        expect(draw(own)).toBe(draw(values));
        expect(ids).toContain(draw(own));
      }
    }
  });

  test('takes the likeliest at temperature 0, and nothing from the generator', () => {
    const random = new Random(3);
    expect(new Sampler(5).draw(logits, 0, all(5), { temperature: 0, nucleus: 1 }, random)).toBe(4);
    expect(random.uint32()).toBe(new Random(3).uint32());
  });

  test('survives huge, infinite and missing logits', () => {
    const sampling = { temperature: 1, nucleus: 0.9 };
    const draw = (values: number[], ids = all(values.length)) =>
      new Sampler(values.length).draw(Float32Array.from(values), 0, ids, sampling, new Random(1));
    expect(draw([3e38, -3e38, 0])).toBe(0);
    expect(draw([Number.NEGATIVE_INFINITY, -50, Number.NEGATIVE_INFINITY])).toBe(1);
    expect(draw([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe(-1);
    expect(draw([1, 2], new Int32Array(0))).toBe(-1);
    expect(draw([Number.NaN, Number.NaN])).toBe(-1);
  });
});

describe('the logarithm of the sum', () => {
  test('is exact to 1e-6, however large the logits', () => {
    const random = new Random(5);
    for (const shift of [0, 1000, -1000]) {
      const logits = Float32Array.from({ length: 500 }, () => shift + 4 * random.normal());
      const max = Math.max(...logits);
      const exact = max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
      expect(new Sampler(500).logSumExp(logits, 0, 500)).toBeCloseTo(exact, 5);
    }
  });

  test('is no number where a logit is none', () => {
    expect(new Sampler(500).logSumExp(Float32Array.of(1, Number.NaN), 0, 2)).toBeNaN();
    expect(new Sampler(500).logSumExp(Float32Array.of(1, Number.POSITIVE_INFINITY), 0, 2)).toBeNaN();
  });
});
