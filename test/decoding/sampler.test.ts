import { describe, expect, onTestFinished, test } from 'vitest';
import { Sampler } from '../../src/decoding/sampler.ts';
import type { Sampling } from '../../src/decoding/sampling.ts';
import { Kernels } from '../../src/kernels/kernels.ts';
import { Random } from '../../src/model/random.ts';

const all = (length: number) => Int32Array.from({ length }, (_, i) => i);

const DRAWS = 100_000;

/** How often each id is drawn in {@link DRAWS} draws with one generator. */
function count(
  logits: Float32Array,
  ids: Int32Array,
  sampling: Sampling,
  logFrequencies: Float32Array | null = null,
): number[] {
  const sampler = new Sampler(logits.length, logFrequencies);
  const random = new Random(1);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < DRAWS; i++) {
    const id = sampler.drawFrom(logits, ids, sampling, random);
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

/** Pearson's chi-square of counts against a distribution proportional to `weights`; what has weight 0 must not occur. */
function chiSquare(counts: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((a, b) => a + b);
  return weights.reduce((sum, weight, i) => {
    const expected = (DRAWS * weight) / total;
    const difference = (counts[i] ?? 0) - expected;
    if (difference === 0) return sum;
    return sum + difference ** 2 / expected;
  }, 0);
}

/** Chi-square that a right sampler exceeds once in a thousand times, by degrees of freedom (one less than outcomes). */
const CRITICAL = { 1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47 } as const;

describe('a draw', () => {
  const logits = Float32Array.of(1, 2, 0.5, -1, 3);

  test.each([0.5, 1, 2])('follows the softmax of the logits over a temperature of %f', (temperature) => {
    const weightsAt = (t: number) => Array.from(logits, (logit) => Math.exp(logit / t));
    const counts = count(logits, all(5), { temperature, topP: 1 });
    expect(chiSquare(counts, weightsAt(temperature))).toBeLessThan(CRITICAL[4]);
    // The bound is tight: a temperature that is 4 % off does not meet it.
    expect(chiSquare(counts, weightsAt(1.04 * temperature))).toBeGreaterThan(CRITICAL[4]);
  });

  test('takes allowed tokens only', () => {
    const counts = count(logits, Int32Array.of(0, 3), { temperature: 1, topP: 1 });
    expect(chiSquare(counts, [Math.exp(1), 0, 0, Math.exp(-1), 0])).toBeLessThan(CRITICAL[1]);
  });

  test.each([
    [1e-9, [0.5, 0, 0, 0]],
    [0.7, [0.5, 0.25, 0, 0]],
    [0.76, [0.5, 0.25, 0.15, 0]],
    [1, [0.5, 0.25, 0.15, 0.1]],
  ])('with top-p %f follows the distribution of the likeliest tokens that reach it', (topP, weights) => {
    const logits = Float32Array.from([0.5, 0.25, 0.15, 0.1], Math.log);
    const counts = count(logits, all(4), { temperature: 1, topP });
    expect(chiSquare(counts, weights)).toBeLessThan(CRITICAL[3]);
  });

  test.each([0, 0.5, 1])('holds common tokens back by a specificity of %f', (specificity) => {
    const frequencies = [0.8, 0.15, 0.05];
    const probabilities = [0.6, 0.25, 0.15];
    const weightsAt = (s: number) => probabilities.map((p, i) => p / (frequencies[i] ?? 0) ** s);
    const counts = count(
      Float32Array.from(probabilities, Math.log),
      all(3),
      { temperature: 1, topP: 1, specificity },
      Float32Array.from(frequencies, Math.log),
    );
    expect(chiSquare(counts, weightsAt(specificity))).toBeLessThan(CRITICAL[2]);
    expect(chiSquare(counts, weightsAt(specificity + 0.03))).toBeGreaterThan(CRITICAL[2]);
  });

  test('is the same for the same seed, and reads the logits from where the row begins', () => {
    const wide = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i * 12.9898) * 3);
    const sampling = { temperature: 0.8, topP: 0.9 };
    const run = (at: number) => {
      const sampler = new Sampler(300);
      const random = new Random(42);
      return Array.from({ length: 50 }, () =>
        sampler.drawFrom(wide.subarray(at), all(300), sampling, random),
      );
    };
    expect(run(0)).toEqual(run(0));
    expect(run(300)).not.toEqual(run(0));
    expect(run(300).every((id) => id >= 0 && id < 300)).toBe(true);
  });

  test('is the same from the kernels’ own memory, and for ids that leave gaps or none', () => {
    const kernels = new Kernels();
    const sampler = new Sampler(50, null, kernels);
    const values = Float32Array.from({ length: 100 }, (_, i) => Math.cos(i * 3.7) * 2);
    const pointer = kernels.memory.alloc(100);
    const own = kernels.memory.floats(pointer, 100);
    own.set(values);
    for (const ids of [all(49), all(49).filter((id) => id % 3 !== 1), Int32Array.of(7, 8)]) {
      for (let seed = 0; seed < 40; seed++) {
        const draw = (logits: Float32Array) =>
          sampler.drawFrom(logits.subarray(50), ids, { temperature: 0.9, topP: 0.95 }, new Random(seed));
        expect(draw(own)).toBe(draw(values));
        expect(ids).toContain(draw(own));
      }
    }
  });

  test('takes the likeliest at temperature 0, and nothing from the generator', () => {
    const random = new Random(3);
    expect(new Sampler(5).drawFrom(logits, all(5), { temperature: 0, topP: 1 }, random)).toBe(4);
    expect(random.uint32()).toBe(new Random(3).uint32());
  });

  const drawn = (values: number[], ids = all(values.length), temperature = 1) =>
    new Sampler(values.length).drawFrom(
      Float32Array.from(values),
      ids,
      { temperature, topP: 0.9 },
      new Random(1),
    );

  test('takes what has a probability, and nothing if nothing has', () => {
    const none = Number.NEGATIVE_INFINITY;
    expect(drawn([1e6, -3e38, 0])).toBe(0);
    expect(drawn([none, -50, none])).toBe(1);
    expect(drawn([none, none])).toBe(-1);
    expect(drawn([1, 2], new Int32Array(0))).toBe(-1);
  });

  test.each([
    ['NaN alone', [Number.NaN, Number.NaN]],
    ['NaN among others', [1, 2, 3, Number.NaN, 5, 6]],
    ['NaN behind a whole vector', [1, 2, 3, 4, Number.NaN]],
    ['infinity', [1, Number.POSITIVE_INFINITY, 2]],
    ['infinity everywhere', new Array<number>(9).fill(Number.POSITIVE_INFINITY)],
    ['the largest numbers', [0, -3e38, 3e38]],
    ['numbers beyond every use', [1, 2, 2e6]],
  ])('refuses %s, at every temperature and for every list of ids', (_, values) => {
    const gaps = all(values.length).filter((id) => id !== 0);
    for (const temperature of [0, 0.01, 1]) {
      for (const ids of [all(values.length), gaps]) {
        expect(() => drawn(values, ids, temperature)).toThrow(/not numbers, or far too large/);
      }
    }
  });

  test('looks at the allowed tokens only', () => {
    expect(drawn([Number.NaN, 1, 3e38, 2], Int32Array.of(1, 3), 0)).toBe(3);
  });
});

test('the draws of a batch are those of its rows one by one, whatever the number of threads', () => {
  const V = 300;
  const sampling = { temperature: 0.9, topP: 0.5 };
  const rows = Array.from({ length: 70 }, (_, n) =>
    Float32Array.from({ length: V }, (_, i) => Math.sin(i * 12.9898 + n) * 3),
  );
  const lists = [all(V), all(V).filter((id) => id % 3 !== 1), Int32Array.of(7, 8, 200)];
  const listFor = (n: number) => lists[n % 3] ?? all(V);
  const alone = rows.map((logits, n) => new Sampler(V).drawFrom(logits, listFor(n), sampling, new Random(n)));
  const kernels = new Kernels(3);
  onTestFinished(() => kernels.dispose());
  const sampler = new Sampler(V, null, kernels);
  for (let round = 0; round < 20; round++) {
    sampler.begin(rows.length);
    for (const [n, logits] of rows.entries()) {
      const request = { ids: listFor(n), sampling, random: new Random(n) };
      sampler.set(n, { ...request, logits: kernels.memory.upload(logits) });
    }
    sampler.recordDraws(rows.length);
    kernels.run();
    expect(rows.map((_, n) => sampler.drawn(n))).toEqual(alone);
  }
});

test('a top-p of next to nothing takes the likeliest, however many proposals that needs', () => {
  const V = 4000;
  const logits = Float32Array.from({ length: V }, (_, i) => ((i * 7919) % V) / V);
  const likeliest = logits.indexOf(Math.max(...logits));
  let most = 0;
  for (let seed = 0; seed < 50; seed++) {
    const random = new Random(seed);
    expect(new Sampler(V).drawFrom(logits, all(V), { temperature: 1, topP: 1e-12 }, random)).toBe(likeliest);
    // How many numbers were taken: a generator of the same seed needs as many to reach the same state.
    const [other, next] = [new Random(seed), random.uint32()];
    let taken = 0;
    while (other.uint32() !== next) taken++;
    most = Math.max(most, taken);
  }
  expect(most).toBeGreaterThan(8);
});

test('a masked id is not drawn until it is unmasked, and a rejected one never again', () => {
  const logits = Float32Array.of(1, 5, 2, 4);
  const kernels = new Kernels();
  const sampler = new Sampler(4, null, kernels);
  const greedy = { temperature: 0, topP: 1 };
  const draw = {
    logits: kernels.memory.upload(logits),
    ids: all(4),
    sampling: greedy,
    random: new Random(1),
  };
  sampler.set(0, { ...draw, masked: [1], summed: true });
  sampler.drawNow(0);
  expect(sampler.drawn(0)).toBe(3);
  expect(sampler.logSumExp(0)).toBeCloseTo(Math.log(Math.E + Math.E ** 5 + Math.E ** 2 + Math.E ** 4), 5);
  expect(sampler.redrawWithout(0, 3)).toBe(2);
  expect(sampler.redrawWithout(0, 2)).toBe(0);
  expect(sampler.redrawWithout(0, 0)).toBe(-1);
  sampler.unmask(0);
  sampler.set(0, draw);
  sampler.drawNow(0);
  expect(sampler.drawn(0)).toBe(1);
});

describe('the logarithm of the sum', () => {
  const logSumExp = (logits: Float32Array) => {
    const kernels = new Kernels();
    const sampler = new Sampler(logits.length, null, kernels);
    const sampling = { temperature: 1, topP: 1 };
    sampler.set(0, {
      logits: kernels.memory.upload(logits),
      ids: Int32Array.of(0),
      sampling,
      random: new Random(1),
      summed: true,
    });
    sampler.drawNow(0);
    return sampler.logSumExp(0);
  };

  test('is exact to 1e-6, however large the logits', () => {
    const random = new Random(5);
    for (const shift of [0, 1000, -1000]) {
      const logits = Float32Array.from({ length: 501 }, () => shift + 4 * random.normal());
      const max = Math.max(...logits);
      const exact = max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
      expect(logSumExp(logits)).toBeCloseTo(exact, 5);
    }
  });

  test('is NaN if a logit is not finite', () => {
    expect(logSumExp(Float32Array.of(1, Number.NaN))).toBeNaN();
    expect(logSumExp(Float32Array.of(1, Number.POSITIVE_INFINITY))).toBeNaN();
  });
});
