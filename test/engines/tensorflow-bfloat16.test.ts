import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { Bfloat16Products, hasBfloat16 } from '../../src/engines/tensorflow-bfloat16.ts';
import { Random } from '../../src/model/random.ts';

/** Why there are no bfloat16 products here; null if there are. */
async function whyNot(): Promise<string | null> {
  try {
    await startEngine('tensorflow');
  } catch (error) {
    return (error as Error).message;
  }
  return hasBfloat16() ? null : 'TensorFlow does not run on a processor with bfloat16 here';
}

const reason = await whyNot();
if (reason !== null) console.info(`skipped: ${reason}`);

const [M, K, N] = [300, 130, 70];

function randomMatrix(rows: number, columns: number): tf.Tensor2D {
  const random = new Random(rows);
  return tf.tensor2d(
    Float32Array.from({ length: rows * columns }, () => random.normal()),
    [rows, columns],
  );
}

const largest = (values: tf.Tensor): number => tf.max(tf.abs(values)).dataSync()[0] ?? Number.NaN;

describe.skipIf(reason !== null)('a product in bfloat16', () => {
  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('is the float32 product within a hundredth of its largest number; transposed: %j, %j', (ta, tb) => {
    const a = ta ? randomMatrix(K, M) : randomMatrix(M, K);
    const b = tb ? randomMatrix(N, K) : randomMatrix(K, N);
    const exact = tf.matMul(a, b, ta, tb);
    const products = new Bfloat16Products();
    const rounded = products.matMul(a, b, ta, tb);
    expect(rounded.shape).toEqual([M, N]);
    expect(rounded.dtype).toBe('float32');
    const difference = largest(tf.sub(rounded, exact));
    expect(difference).toBeLessThan(0.01 * largest(exact));
    // The product was not made in float32.
    expect(difference).toBeGreaterThan(1e-4 * largest(exact));

    products.keepCopy(b);
    expect(products.hasCopy(b)).toBe(true);
    const { numTensors } = tf.memory();
    const byCopy = products.matMul(a, b, ta, tb);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    expect(byCopy.dataSync()).toEqual(rounded.dataSync());
    products.dispose();
    expect(products.hasCopy(b)).toBe(false);
  });
});
