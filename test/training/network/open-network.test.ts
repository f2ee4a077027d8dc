import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/engines/engine.ts';
import type { Architecture } from '../../../src/model/architecture.ts';
import { makeBatch } from '../../../src/training/batch.ts';
import { KernelNetwork } from '../../../src/training/kernel-network/kernel-network.ts';
import { initialParameters } from '../../../src/training/network/network.ts';
import { openForScoring, openNetwork } from '../../../src/training/network/open-network.ts';
import { TensorNetwork } from '../../../src/training/network/tensor-network.ts';

const architecture: Architecture = {
  cell: 'gru',
  vocabulary: 11,
  embedding: 3,
  hidden: 5,
  layers: 1,
  tied: false,
};
const parameters = initialParameters(architecture, 1);
const optimizer = { kind: 'rmsprop', decay: 0.9, epsilon: 1e-8 } as const;
const batch = makeBatch([{ tokens: [1, 2, 3, 4], prefix: 1 }]);
const noDropout = { rate: 0, seed: 0 };

describe('a network', () => {
  it('is one of kernels on wasm, and of tensors elsewhere; either resumes what the other has learned', async () => {
    await startEngine('wasm');
    const kernels = openNetwork(architecture, parameters, { optimizer });
    expect(kernels).toBeInstanceOf(KernelNetwork);
    await kernels.computeGradients(batch, noDropout);
    kernels.update({ learningRate: 0.1, scale: 1, step: 1 });
    const saved = await kernels.read();
    const { loss } = await kernels.computeGradients(batch, noDropout);
    kernels.dispose();

    await startEngine('cpu');
    const tensors = openNetwork(architecture, saved.parameters, { optimizer, slots: saved.slots });
    expect(tensors).toBeInstanceOf(TensorNetwork);
    expect((await tensors.computeGradients(batch, noDropout)).loss).toBeCloseTo(loss, 5);
    tensors.update({ learningRate: 0.1, scale: 1, step: 2 });
    expect([...(await tensors.read()).slots.keys()]).toEqual([...saved.slots.keys()]);
    tensors.dispose();
  });

  it.each(['cpu', 'wasm'] as const)(
    'for scores alone takes no steps, and leaves nothing behind on %s',
    async (engine) => {
      await startEngine(engine);
      const { numTensors } = tf.memory();
      const network = openForScoring(architecture, parameters);
      expect((await network.negativeLogLikelihoods(batch)).length).toBe(3);
      await network.computeGradients(batch, noDropout);
      expect(() => network.update({ learningRate: 0.1, scale: 1, step: 1 })).toThrow('without an optimiser');
      network.dispose();
      expect(tf.memory().numTensors).toBe(numTensors);
    },
  );

  it.each(['cpu', 'wasm'] as const)('refuses values of which one is missing, on %s', async (engine) => {
    await startEngine(engine);
    const fewer = new Map([...parameters].filter(([name]) => name !== 'output'));
    expect(() => openNetwork(architecture, fewer, { optimizer })).toThrow('output is missing');
  });
});
