import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CriticArchitecture, criticShapes } from '../../../src/model/critic.ts';
import { Random } from '../../../src/model/random.ts';
import {
  criticLogits,
  criticLossAndGradients,
  initialCritic,
} from '../../../src/training/critic/critic-network.ts';

const architecture: CriticArchitecture = { vocabulary: 9, embedding: 3, hidden: 4 };
const sequences = [
  [4, 2, 5, 6, 7],
  [4, 7, 2, 8, 3],
  [4, 2, 1, 3, 5],
];
const labels = Float32Array.of(1, 0, 1);

/** Values with nothing at zero, where a wrong gradient could hide. */
function someValues(): Map<string, Float32Array> {
  const random = new Random(5);
  return new Map(
    [['embedding', new Float32Array(27)] as const, ...initialCritic(architecture, 3)].map(
      ([name, values]) => [name, values.map((v) => v + 0.3 * random.normal())],
    ),
  );
}

function upload(values: ReadonlyMap<string, Float32Array>): Record<string, tf.Tensor> {
  const tensors: Record<string, tf.Tensor> = {
    embedding: tf.tensor(values.get('embedding') as Float32Array, [9, 3]),
  };
  for (const [name, shape] of criticShapes(architecture)) {
    tensors[name] = tf.tensor(values.get(name) as Float32Array, [...shape]);
  }
  return tensors;
}

async function lossOf(values: ReadonlyMap<string, Float32Array>): Promise<number> {
  const logits = await criticLogits(architecture, upload(values), sequences);
  const losses = [...logits].map((logit, i) => Math.log1p(Math.exp(logit)) - logit * (labels[i] ?? 0));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

describe('the critic', () => {
  it('has the gradient that small changes of each parameter show', async () => {
    const values = someValues();
    const { loss, gradients } = await criticLossAndGradients(
      architecture,
      upload(values),
      { sequences, labels },
      0,
      1,
    );
    expect(loss).toBeCloseTo(await lossOf(values), 5);
    expect(Object.keys(gradients).sort()).toEqual([...criticShapes(architecture).keys()].sort());
    const random = new Random(11);
    for (const name of criticShapes(architecture).keys()) {
      const array = values.get(name) as Float32Array;
      const gradient = gradients[name]?.dataSync() as Float32Array;
      for (let n = 0; n < 4; n++) {
        const at = random.below(array.length);
        const kept = array[at] as number;
        const lossAt = async (value: number) => {
          array[at] = value;
          return lossOf(values);
        };
        const slope = ((await lossAt(kept + 1e-2)) - (await lossAt(kept - 1e-2))) / 2e-2;
        array[at] = kept;
        expect(Math.abs(slope - (gradient[at] as number)), `${name}[${at}]`).toBeLessThan(2e-3);
      }
    }
  });

  it('reads both ways: a poem turned round has another logit', async () => {
    const tensors = upload(someValues());
    const [there] = await criticLogits(architecture, tensors, [sequences[0] as number[]]);
    const [back] = await criticLogits(architecture, tensors, [[...(sequences[0] as number[])].reverse()]);
    expect(there).not.toBeCloseTo(back as number, 3);
  });

  it('judges a poem alike whatever stands beside it', async () => {
    const tensors = upload(someValues());
    const together = await criticLogits(architecture, tensors, sequences);
    for (const [i, sequence] of sequences.entries()) {
      const [alone] = await criticLogits(architecture, tensors, [sequence]);
      expect(alone).toBeCloseTo(together[i] as number, 5);
    }
  });
});
