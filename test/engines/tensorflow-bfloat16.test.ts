import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ProductKind } from '../../src/decoding/product-kinds.ts';
import { Stepper } from '../../src/decoding/stepper.ts';
import { Bfloat16Products, hasBfloat16 } from '../../src/engines/tensorflow-bfloat16.ts';
import { Kernels } from '../../src/kernels/kernels.ts';
import { Random } from '../../src/model/random.ts';
import { largestDeviation } from '../../src/model/reference.ts';
import { initialParameters } from '../../src/training/network/network.ts';
import { ARCHITECTURES, whyNot } from './parity.ts';

/** Why there are no bfloat16 products here, which may be for want of such a processor; null if there are. */
const reason =
  (await whyNot('tensorflow')) ??
  (hasBfloat16() ? null : 'TensorFlow does not run on a processor with bfloat16 here');
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

describe.skipIf(reason !== null)('decoding in bfloat16', () => {
  const [architecture] = ARCHITECTURES.filter(
    ({ cell, tied, hidden }) => cell === 'lstm' && tied && hidden > 60,
  );
  const newStepper = async (products: ProductKind): Promise<Stepper> => {
    if (!architecture) throw new RangeError('no architecture');
    const stepper = await Stepper.create(architecture, initialParameters(architecture, 11), { products });
    onTestFinished(() => stepper.dispose());
    return stepper;
  };
  const SEQUENCE = [5, 2, 19, 40, 23];

  /** The logits after the sequence, of a row at place `at` among `rows` rows that read something else. */
  async function logits(stepper: Stepper, rows: number, at: number): Promise<Float32Array> {
    stepper.reserve(rows);
    for (let n = 0; n < rows; n++) stepper.restore(n, null);
    for (const [i, token] of SEQUENCE.entries()) {
      const tokens = Int32Array.from({ length: rows }, (_, n) =>
        n === at ? token : 10 + ((n * 7 + i) % 50),
      );
      await stepper.step(tokens, rows);
    }
    return (await stepper.logits([at])).slice();
  }

  test('gives nearly the logits of float32', async () => {
    const exact = await logits(await newStepper('kernels-float32'), 3, 1);
    const rounded = await logits(await newStepper('engine-bfloat16'), 3, 1);
    const deviation = largestDeviation(rounded, exact) / Math.max(...exact.map(Math.abs));
    expect(deviation).toBeLessThan(0.03);
    expect(deviation).toBeGreaterThan(1e-5);
  });

  test('leaves logits to whole numbers of our kernels', async () => {
    const pack = vi.spyOn(Kernels.prototype, 'packInt16');
    onTestFinished(() => pack.mockRestore());
    const stepper = await newStepper('engine-bfloat16');
    // The hidden projection and the output.
    expect(pack).toHaveBeenCalledTimes(2);
    expect(stepper.byKernels).toBe(false);
  });

  test('gives a row the same to the last bit, whatever stands beside it', async () => {
    const stepper = await newStepper('engine-bfloat16');
    const alone = await logits(stepper, 1, 0);
    for (const [rows, at] of [
      [2, 1],
      [7, 3],
      [33, 32],
      [100, 17],
      [256, 255],
    ] as const) {
      expect(await logits(stepper, rows, at)).toEqual(alone);
    }
  });
});
