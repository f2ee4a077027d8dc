import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture } from '../../../src/model/architecture.ts';
import { CELL_NAMES } from '../../../src/model/architecture.ts';
import { gradientNorms } from '../../../src/training/experiments/gradient-flow.ts';
import { initialParameters, toTensors } from '../../../src/training/network/network.ts';
import { type Nudge, referenceLogits } from '../../model/reference.ts';

const SEQUENCES = [
  [4, 2, 5, 6, 7, 3],
  [4, 2, 8, 5, 5, 6],
];

function lossOfLast(
  architecture: Architecture,
  values: Map<string, Float32Array>,
  tokens: number[],
  nudge: Nudge,
): number {
  const row = referenceLogits(architecture, values, tokens.slice(0, -1), nudge).at(-1) as number[];
  return Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - (row[tokens.at(-1) as number] as number);
}

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

describe.each(CELL_NAMES)('the gradient by the states of a %s', (cell) => {
  const architecture: Architecture = {
    cell,
    vocabulary: 9,
    embedding: 3,
    hidden: 4,
    layers: 2,
    tied: false,
  };
  const values = initialParameters(architecture, 3);

  it('has the norms of the plain reference, by differences', async () => {
    const norms = await gradientNorms(architecture, toTensors(architecture, values), SEQUENCES);
    expect(norms.length).toBe(4 * (cell === 'lstm' ? 2 : 1));
    for (const { state, distance, norm } of norms) {
      // Five steps, 0 to 4; the last one predicts.
      const step = 4 - distance;
      const logs = SEQUENCES.map((tokens) => {
        const squares = Array.from({ length: 4 }, (_, unit) => {
          const nudge = (by: number) => ({ step, layer: 1, state: state === 'h' ? 0 : 1, unit, by });
          const loss = (by: number) => lossOfLast(architecture, values, tokens, nudge(by));
          return ((loss(1e-4) - loss(-1e-4)) / 2e-4) ** 2;
        });
        return Math.log(Math.sqrt(squares.reduce((a, b) => a + b, 0)));
      });
      const expected = Math.exp(((logs[0] as number) + (logs[1] as number)) / 2);
      expect(norm / expected, `${state} at ${distance}`).toBeCloseTo(1, 3);
    }
  });

  it('leaves no tensor behind', async () => {
    const tensors = toTensors(architecture, values);
    const before = tf.memory().numTensors;
    await gradientNorms(architecture, tensors, SEQUENCES);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('refuses sequences that cannot be compared by distance', async () => {
  const architecture: Architecture = {
    cell: 'rnn',
    vocabulary: 9,
    embedding: 3,
    hidden: 4,
    layers: 1,
    tied: false,
  };
  const tensors = toTensors(architecture, initialParameters(architecture, 1));
  for (const sequences of [
    [],
    [[4, 2]],
    [
      [4, 2, 5],
      [4, 2, 5, 6],
    ],
  ]) {
    await expect(gradientNorms(architecture, tensors, sequences)).rejects.toThrow(RangeError);
  }
});
