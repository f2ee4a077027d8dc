import { describe, expect, onTestFinished, test } from 'vitest';
import { Sampler } from '../../src/decoding/sampler.ts';
import { Kernels } from '../../src/kernels/kernels.ts';
import { Random } from '../../src/model/random.ts';

const all = (length: number) => Int32Array.from({ length }, (_, i) => i);

/** Shares of 100,000 draws. */
function shares(logits: Float32Array, ids: Int32Array, temperature: number, topP: number): Float64Array {
  const sampler = new Sampler(logits.length);
  const random = new Random(1);
  const counts = new Float64Array(logits.length);
  for (let i = 0; i < 100_000; i++) {
    const id = sampler.drawFrom(logits, ids, { temperature, topP }, random);
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

  test('ends the topP with the candidate that completes its share', () => {
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
        const id = sampler.drawFrom(logits, all(3), { temperature: 1, topP: 1, specificity }, random);
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

  test('is the same from the kernels’ own memory, and from candidates that leave gaps or none', () => {
    const kernels = new Kernels();
    const sampler = new Sampler(50, null, kernels);
    const values = Float32Array.from({ length: 100 }, (_, i) => Math.cos(i * 3.7) * 2);
    const place = kernels.memory.alloc(100);
    const own = kernels.memory.floats(place, 100);
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

  test('survives huge, infinite and missing logits', () => {
    const sampling = { temperature: 1, topP: 0.9 };
    const draw = (values: number[], ids = all(values.length)) =>
      new Sampler(values.length).drawFrom(Float32Array.from(values), ids, sampling, new Random(1));
    expect(draw([3e38, -3e38, 0])).toBe(0);
    expect(draw([Number.NEGATIVE_INFINITY, -50, Number.NEGATIVE_INFINITY])).toBe(1);
    expect(draw([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe(-1);
    expect(draw([1, 2], new Int32Array(0))).toBe(-1);
    expect(draw([Number.NaN, Number.NaN])).toBe(-1);
  });
});

test('draws of a batch are those of its rows one by one, however many threads carry them out', () => {
  const V = 300;
  const sampling = { temperature: 0.9, topP: 0.5 };
  const rows = Array.from({ length: 70 }, (_, n) =>
    Float32Array.from({ length: V }, (_, i) => Math.sin(i * 12.9898 + n) * 3),
  );
  const lists = [all(V), all(V).filter((id) => id % 3 !== 1), Int32Array.of(7, 8, 200)];
  const alone = rows.map((logits, n) =>
    new Sampler(V).drawFrom(logits, lists[n % 3] as Int32Array, sampling, new Random(n)),
  );
  const kernels = new Kernels(3);
  onTestFinished(() => kernels.dispose());
  const sampler = new Sampler(V, null, kernels);
  for (let round = 0; round < 20; round++) {
    sampler.begin(rows.length);
    const randoms = rows.map((_, n) => new Random(n));
    for (const [n, logits] of rows.entries()) {
      const ids = lists[n % 3] as Int32Array;
      sampler.set(n, { logits: kernels.memory.upload(logits), ids, sampling, random: randoms[n] as Random });
    }
    sampler.recordDraws(rows.length);
    kernels.run();
    expect(rows.map((_, n) => sampler.drawn(n))).toEqual(alone);
  }
});

test('a topP of next to nothing takes the likeliest, however many proposals that needs', () => {
  const V = 4000;
  const logits = Float32Array.from({ length: V }, (_, i) => ((i * 7919) % V) / V);
  const likeliest = logits.indexOf(Math.max(...logits));
  let most = 0;
  for (let seed = 0; seed < 50; seed++) {
    const random = new Random(seed);
    expect(new Sampler(V).drawFrom(logits, all(V), { temperature: 1, topP: 1e-12 }, random)).toBe(likeliest);
    // How many numbers were taken: where a generator of the same seed stands.
    const [other, next] = [new Random(seed), random.uint32()];
    let taken = 0;
    while (other.uint32() !== next) taken++;
    most = Math.max(most, taken);
  }
  expect(most).toBeGreaterThan(8);
});

test('what is masked is not drawn until it is let back, and what is struck out never again', () => {
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

  test('is no number where a logit is none', () => {
    expect(logSumExp(Float32Array.of(1, Number.NaN))).toBeNaN();
    expect(logSumExp(Float32Array.of(1, Number.POSITIVE_INFINITY))).toBeNaN();
  });
});
