import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  currentPrecision,
  matMul,
  prepareRightOperand,
  withPrecision,
} from '../../../src/training/network/ops.ts';

/** What the stand-in for bfloat16 products was asked for; it multiplies in float32, so every machine runs this. */
const calls: string[] = [];
let supported = true;

vi.mock('../../../src/engines/tensorflow-bfloat16.ts', () => ({
  hasBfloat16: () => supported,
  Bfloat16Products: class {
    readonly #copies = new Set<tf.Tensor>();
    keepCopy = (matrix: tf.Tensor) => this.#copies.add(matrix);
    hasCopy = (matrix: tf.Tensor) => this.#copies.has(matrix);
    matMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean) {
      calls.push(`${a.shape} · ${b.shape}`);
      return tf.matMul(a, b, transposeA, transposeB);
    }
    dispose = () => calls.push('disposed');
  },
}));

// Before the first tensor, which would print a banner.
tf.enableProdMode();
beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  calls.length = 0;
  supported = true;
});

const [large, small, right] = [tf.ones([300, 2]), tf.ones([2, 2]), tf.ones([2, 3])] as const;
const multiply = (a: tf.Tensor) => matMul(a as tf.Tensor2D, right as tf.Tensor2D).dispose();

describe('a computation in bfloat16', () => {
  it('multiplies large matrices so, and small ones only by a matrix that was prepared', async () => {
    await withPrecision('bfloat16', async () => {
      expect(currentPrecision()).toBe('bfloat16');
      multiply(large);
      multiply(small);
      prepareRightOperand(right as tf.Tensor2D);
      multiply(small);
    });
    expect(calls).toEqual(['300,2 · 2,3', '2,2 · 2,3', 'disposed']);
  });

  it('ends with the precision as it was, and nothing kept, also if it throws', async () => {
    const failing = withPrecision('bfloat16', async () => {
      throw new Error('out of memory');
    });
    await expect(failing).rejects.toThrow('out of memory');
    expect(currentPrecision()).toBe('float32');
    expect(calls).toEqual(['disposed']);
    multiply(large);
    expect(calls).toEqual(['disposed']);
  });

  it('is one in float32 on an engine that is not faster in bfloat16', async () => {
    supported = false;
    await withPrecision('bfloat16', async () => {
      expect(currentPrecision()).toBe('float32');
      multiply(large);
    });
    expect(calls).toEqual([]);
  });
});
