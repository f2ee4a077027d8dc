/** Who computes the products of decoding, and with which numbers. */

import * as tf from '@tensorflow/tfjs-core';
import { computesOnProcessor } from '../engines/tensorflow.ts';
import { hasBfloat16 } from '../engines/tensorflow-bfloat16.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { EngineProduct } from './engine-product.ts';
import { Int16Product, QuantizedRows, type RowScale } from './int16-product.ts';
import { KernelProduct } from './kernel-product.ts';
import type { RowProduct } from './row-product.ts';

/**
 * - `kernels-float32`: our kernels, in float32.
 * - `kernels-int16`: our kernels, in whole numbers of 16 bits: about half the time of float32, and 0.05 % less exact.
 * - `engine-float32`: the engine, in float32.
 * - `engine-bfloat16`: TensorFlow on a processor with bfloat16 computes the large products, of the recurrent weights, and
 *   our kernels compute the rest in whole numbers: the steps of bfloat16 are too coarse for logits.
 */
export type ProductKind = 'kernels-float32' | 'kernels-int16' | 'engine-float32' | 'engine-bfloat16';

/** Whether this thread's engine computes on the processor, as our kernels do. */
function isOnProcessor(): boolean {
  const engine = tf.getBackend();
  return engine === 'wasm' || (engine === 'tensorflow' && computesOnProcessor());
}

/** The fastest kind in float32 on this thread's engine. */
export function float32Products(): ProductKind {
  return isOnProcessor() ? 'kernels-float32' : 'engine-float32';
}

/**
 * The fastest kind on this thread's engine. On a processor without bfloat16 our kernels are faster than TensorFlow, which
 * packs the weights anew for each product and copies its results twice.
 */
export function fastestProducts(): ProductKind {
  if (!isOnProcessor()) return 'engine-float32';
  return hasBfloat16() ? 'engine-bfloat16' : 'kernels-int16';
}

/**
 * Copies `weights` [Σ widths, outputs] and `bias` [outputs] to where they are multiplied. `widths` are those of the matrices
 * side by side, whose rows have the given scale.
 */
export type NewProduct = (
  weights: Float32Array,
  widths: readonly number[],
  bias: Float32Array | null,
  scale: RowScale,
) => RowProduct;

/** Makes products of one kind. Those of whole numbers share the room for their rounded rows. */
export function productsOf(kind: ProductKind, kernels: Kernels): NewProduct {
  const quantizedRows = new QuantizedRows(kernels);
  return (weights, widths, bias, scale) => {
    const inputs = widths.reduce((sum, width) => sum + width, 0);
    if (kind === 'kernels-float32') return new KernelProduct(kernels, weights, inputs, bias);
    if (kind === 'engine-float32') return new EngineProduct(kernels, weights, inputs, bias);
    if (kind === 'engine-bfloat16' && scale === 'unit')
      return new EngineProduct(kernels, weights, inputs, bias, 'bfloat16');
    return new Int16Product(kernels, quantizedRows, weights, widths, bias, scale);
  };
}
