import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CriticScorer } from '../../src/decoding/critic-scorer.ts';
import { startEngine } from '../../src/engines/engine.ts';
import { Kernels } from '../../src/kernels/kernels.ts';
import { type Critic, criticShapes } from '../../src/model/critic.ts';
import { Random } from '../../src/model/random.ts';
import { criticLogits, initialCritic } from '../../src/training/critic/critic-network.ts';

const architecture = { vocabulary: 30, embedding: 6, hidden: 12 };
const random = new Random(7);
const embedding = Float32Array.from({ length: 30 * 6 }, () => random.normal());
const parameters = new Map(
  [...initialCritic(architecture, 3)].map(([name, values]) => [name, values.map((v) => v + random.normal())]),
);
const critic: Critic = { architecture, parameters, wornPhrases: ['不知何處'] };
const sequences = [
  [4, 2, 12, 13, 14, 10, 15],
  [4, 20, 21, 2, 12, 13, 14, 10, 15],
  [5, 2, 9],
];

beforeAll(async () => {
  await startEngine('wasm');
});

describe('the critic on the kernels', () => {
  it.each([1, 2])('gives the logits that training gives, with %i threads', async (threads) => {
    const kernels = new Kernels(threads);
    try {
      const scorer = await CriticScorer.create(kernels, critic, embedding);
      const tensors: Record<string, tf.Tensor> = { embedding: tf.tensor(embedding, [30, 6]) };
      for (const [name, shape] of criticShapes(architecture)) {
        tensors[name] = tf.tensor(parameters.get(name) ?? new Float32Array(), [...shape]);
      }
      const logits = scorer.logits(sequences);
      for (const [i, sequence] of sequences.entries()) {
        const [expected] = await criticLogits(architecture, tensors, [sequence]);
        expect(logits[i]).toBeCloseTo(expected ?? Number.NaN, 4);
      }
    } finally {
      kernels.dispose();
    }
  });

  it('judges a sequence alike, alone and among many others', async () => {
    const kernels = new Kernels();
    try {
      const scorer = await CriticScorer.create(kernels, critic, embedding);
      const [alone] = scorer.logits(sequences.slice(0, 1));
      const many = Array.from({ length: 40 }, (_, i) => sequences[i % sequences.length] ?? []);
      expect(scorer.logits(many)[0]).toBe(alone);
      expect(scorer.logits([])).toEqual([]);
    } finally {
      kernels.dispose();
    }
  });
});
