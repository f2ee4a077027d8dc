/**
 * Dropout masks. A mask is drawn for each batch and stays the same over its time steps (Gal and Ghahramani 2016). Masks
 * are drawn in TypeScript from a seed, so that a resumed run draws the same ones on every engine.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../model/architecture.ts';
import { Random } from '../../model/random.ts';

/** Every entry is 0 or 1 / (1 − rate). */
export interface DropoutMasks {
  /** For the output of the embedding: [B, E]. */
  readonly input: tf.Tensor2D;
  /** For the output of each layer: [B, H]. */
  readonly outputs: readonly tf.Tensor2D[];
}

/** Draws masks for a batch of `rows`; null if `rate` is 0. The caller disposes of them. */
export function drawMasks(
  architecture: Architecture,
  rows: number,
  rate: number,
  seed: number,
): DropoutMasks | null {
  if (rate === 0) return null;
  const random = new Random(seed);
  const draw = (width: number): tf.Tensor2D => {
    const values = new Float32Array(rows * width);
    drawMask(values, rate, random);
    return tf.tensor2d(values, [rows, width]);
  };
  const input = draw(architecture.embedding);
  const outputs = Array.from({ length: architecture.layers }, () => draw(architecture.hidden));
  return { input, outputs };
}

/** Fills `values` with a mask. */
export function drawMask(values: Float32Array, rate: number, random: Random): void {
  const kept = 1 / (1 - rate);
  for (let i = 0; i < values.length; i++) values[i] = random.uniform() < rate ? 0 : kept;
}

export function disposeMasks(masks: DropoutMasks | null): void {
  if (!masks) return;
  masks.input.dispose();
  for (const mask of masks.outputs) mask.dispose();
}
