/** How fast an engine multiplies matrices: what everything else is held against. */

import * as tf from '@tensorflow/tfjs-core';
import { type EngineChoice, startEngine } from '../src/model/engine.ts';

/** As large as the products of the largest batch, and larger. */
const [M, K, N] = [256, 1024, 2048];
const MEASURE_MS = 1000;

/** Multiply-adds a second of large products on this engine, read back like a tick's. */
export async function productRate(engine: EngineChoice): Promise<number> {
  await startEngine(engine);
  const a = tf.randomUniform([M, K], -1, 1) as tf.Tensor2D;
  const b = tf.randomUniform([K, N], -1, 1) as tf.Tensor2D;
  const product = async () => {
    const c = tf.matMul(a, b);
    await c.data();
    c.dispose();
  };
  await product();
  await product();
  let products = 0;
  const started = performance.now();
  while (performance.now() - started < MEASURE_MS) {
    await product();
    products++;
  }
  const seconds = (performance.now() - started) / 1000;
  tf.dispose([a, b]);
  return (products * M * K * N) / seconds;
}
