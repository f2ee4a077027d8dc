/**
 * Dropout masks, drawn anew for each batch and kept over its steps (Gal and Ghahramani 2016). Drawn in
 * TypeScript from a seed, so that a resumed run draws the same ones on any engine.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../model/architecture.ts';
import { Random } from '../../model/random.ts';

/** Entries are 0 or 1 / (1 − rate). */
export interface DropoutMasks {
  /** On the embedding's output: [B, E]. */
  readonly input: tf.Tensor2D;
  /** On each layer's output: [B, H]. */
  readonly outputs: readonly tf.Tensor2D[];
}

/** Masks for a batch of `rows`, or null where `rate` is 0. The caller disposes of them. */
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
    for (let i = 0; i < values.length; i++) values[i] = random.uniform() < rate ? 0 : 1 / (1 - rate);
    return tf.tensor2d(values, [rows, width]);
  };
  const input = draw(architecture.embedding);
  const outputs = Array.from({ length: architecture.layers }, () => draw(architecture.hidden));
  return { input, outputs };
}

export function disposeMasks(masks: DropoutMasks | null): void {
  if (!masks) return;
  masks.input.dispose();
  for (const mask of masks.outputs) mask.dispose();
}
