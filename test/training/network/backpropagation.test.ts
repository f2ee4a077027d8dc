import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture } from '../../../src/model/architecture.ts';
import { CELL_NAMES } from '../../../src/model/architecture.ts';
import { Random } from '../../../src/model/random.ts';
import { makeBatch } from '../../../src/training/batch.ts';
import { lossAndGradients, negativeLogLikelihoods } from '../../../src/training/network/backpropagation.ts';
import { drawMasks } from '../../../src/training/network/dropout.ts';
import { initialParameters, toTensors } from '../../../src/training/network/network.ts';
import { referenceLoss } from '../../model/reference.ts';

const SEQUENCES = [
  { tokens: [4, 2, 5, 6, 7, 3], prefix: 2 },
  { tokens: [4, 7, 2, 8, 3], prefix: 3 },
  { tokens: [4, 2, 1, 3], prefix: 2 },
];

/** Parameters with nothing at zero, where a wrong gradient could hide. */
function parametersOf(architecture: Architecture): Map<string, Float64Array> {
  const random = new Random(7);
  return new Map(
    [...initialParameters(architecture, 3)].map(([name, values]) => [
      name,
      Float64Array.from(values, (value) => Math.fround(value + 0.3 * random.normal())),
    ]),
  );
}

const single = (values: ReadonlyMap<string, Float64Array>) =>
  new Map([...values].map(([name, array]) => [name, Float32Array.from(array)]));

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

describe.each(CELL_NAMES.flatMap((cell) => [true, false].map((tied) => ({ cell, tied }))))(
  'a network of $cell cells, tied: $tied',
  ({ cell, tied }) => {
    const architecture: Architecture = { cell, vocabulary: 9, embedding: 3, hidden: 4, layers: 2, tied };

    it('has the loss of the plain reference', async () => {
      const values = parametersOf(architecture);
      const { loss } = await lossAndGradients(
        architecture,
        toTensors(architecture, single(values)),
        makeBatch(SEQUENCES),
        null,
      );
      expect(loss).toBeCloseTo(referenceLoss(architecture, values, SEQUENCES), 5);
    });

    it('has the gradient of the plain reference, parameter by parameter', async () => {
      const values = parametersOf(architecture);
      const tensors = toTensors(architecture, single(values));
      const { gradients } = await lossAndGradients(architecture, tensors, makeBatch(SEQUENCES), null);
      expect(Object.keys(gradients).sort()).toEqual([...values.keys()].sort());
      for (const [name, array] of values) {
        const gradient = gradients[name]?.dataSync() as Float32Array;
        for (let i = 0; i < array.length; i++) {
          const kept = array[i] as number;
          const nudged = (by: number) => {
            array[i] = kept + by;
            return referenceLoss(architecture, values, SEQUENCES);
          };
          const expected = (nudged(1e-5) - nudged(-1e-5)) / 2e-5;
          array[i] = kept;
          expect(gradient[i], `${name}[${i}]`).toBeCloseTo(expected, 5);
        }
      }
    });

    it('weighs the gradient of each prediction', async () => {
      const tensors = toTensors(architecture, single(parametersOf(architecture)));
      const batch = makeBatch(SEQUENCES);
      const alone = makeBatch(SEQUENCES.slice(0, 1));
      const count = alone.targets.length;
      // Rows stand one after another in the predictions.
      const weights = Float32Array.from(batch.targets, (_, i) => (i < count ? -2 : 0));
      const weighted = await lossAndGradients(architecture, tensors, { ...batch, weights }, null);
      const own = await lossAndGradients(architecture, tensors, alone, null);
      for (const [name, tensor] of Object.entries(own.gradients)) {
        const values = weighted.gradients[name]?.dataSync() as Float32Array;
        for (const [i, value] of (tensor.dataSync() as Float32Array).entries()) {
          expect(values[i], `${name}[${i}]`).toBeCloseTo((-2 * value * count) / batch.targets.length, 5);
        }
      }
      const { loss } = await lossAndGradients(architecture, tensors, batch, null);
      expect(weighted.loss).toBe(loss);
    });

    it('leaves no tensor behind but its gradients', async () => {
      const tensors = toTensors(architecture, single(parametersOf(architecture)));
      const masks = drawMasks(architecture, SEQUENCES.length, 0.5, 1);
      const before = tf.memory().numTensors;
      const { gradients } = await lossAndGradients(architecture, tensors, makeBatch(SEQUENCES), masks);
      expect(tf.memory().numTensors).toBe(before + Object.keys(gradients).length);
    });
  },
);

describe('the NLL of a batch', () => {
  const architecture: Architecture = {
    cell: 'lstm',
    vocabulary: 9,
    embedding: 3,
    hidden: 4,
    layers: 2,
    tied: true,
  };

  it('does not change with what a sequence is padded beside', async () => {
    const tensors = toTensors(architecture, single(parametersOf(architecture)));
    const together = await negativeLogLikelihoods(architecture, tensors, makeBatch(SEQUENCES));
    const apart: number[] = [];
    for (const sequence of SEQUENCES) {
      apart.push(...(await negativeLogLikelihoods(architecture, tensors, makeBatch([sequence]))));
    }
    expect(together.length).toBe(apart.length);
    for (const [i, nll] of apart.entries()) expect(together[i]).toBeCloseTo(nll, 5);
  });
});

describe('dropout', () => {
  const architecture: Architecture = {
    cell: 'lstm',
    vocabulary: 9,
    embedding: 3,
    hidden: 4,
    layers: 2,
    tied: true,
  };

  it('is the same for the same seed, and another for another', async () => {
    const tensors = toTensors(architecture, single(parametersOf(architecture)));
    const lossWith = async (seed: number) => {
      const masks = drawMasks(architecture, 3, 0.5, seed);
      return (await lossAndGradients(architecture, tensors, makeBatch(SEQUENCES), masks)).loss;
    };
    expect(await lossWith(1)).toBe(await lossWith(1));
    expect(await lossWith(1)).not.toBe(await lossWith(2));
  });

  it('keeps the mean of what it lets through', () => {
    const masks = drawMasks({ ...architecture, embedding: 200, hidden: 200 }, 50, 0.3, 1);
    const values = masks?.input.dataSync() as Float32Array;
    expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo(1, 1);
    expect(drawMasks(architecture, 3, 0, 1)).toBeNull();
  });
});
