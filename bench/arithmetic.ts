/** How fast an engine multiplies matrices: what everything else is held against. */

import * as tf from '@tensorflow/tfjs-core';
import { type EngineChoice, startEngine } from '../src/model/engine.ts';

/** As large as the products of the largest batch, and larger. */
const [M, K, N] = [256, 1024, 2048];
const LOOKS = 10;
const LOOK_MS = 150;

/**
 * Multiply-adds a second of large products on this engine, read back like a tick's: the best of several looks, so
 * that nothing else on the machine makes the limit look lower than it is.
 */
export async function productRate(engine: EngineChoice): Promise<number> {
  await startEngine(engine);
  const a = tf.randomUniform([M, K], -1, 1) as tf.Tensor2D;
  const b = tf.randomUniform([K, N], -1, 1) as tf.Tensor2D;
  let best = 0;
  for (let look = 0; look < LOOKS; look++) best = Math.max(best, await productsPerSecond(a, b));
  tf.dispose([a, b]);
  return best * M * K * N;
}

async function productsPerSecond(a: tf.Tensor2D, b: tf.Tensor2D): Promise<number> {
  let products = 0;
  const started = performance.now();
  while (performance.now() - started < LOOK_MS) {
    const c = tf.matMul(a, b);
    await c.data();
    c.dispose();
    products++;
  }
  return (1000 * products) / (performance.now() - started);
}
