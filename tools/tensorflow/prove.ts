/**
 * `node prove.js FOLDER`: loads an addon package, checks its results, measures the speed of a matrix product, and prints
 * a {@link Proof} as one line of JSON. It is a process of its own, because a library that crashes ends its process.
 */

import { argv, stdout } from 'node:process';
import * as tf from '@tensorflow/tfjs-core';
import { checkEngine } from '../../src/engines/self-check.ts';
import { loadTensorFlow } from '../../src/engines/tensorflow.ts';

export interface Proof {
  readonly version: string;
  readonly device: string;
  readonly gpu: boolean;
  /** Billions of operations per second in a float32 product of two 1024 × 1024 matrices. */
  readonly gigaflops: number;
}

const SIDE = 1024;

/** The speed of the best of five products, in GFLOP/s. */
async function timeProduct(): Promise<number> {
  const [a, b] = [tf.ones<tf.Rank.R2>([SIDE, SIDE]), tf.ones<tf.Rank.R2>([SIDE, SIDE])];
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 5; attempt++) {
    const begun = performance.now();
    const product = tf.matMul(a, b);
    const sums = await product.data();
    best = Math.min(best, performance.now() - begun);
    product.dispose();
    if (sums[0] !== SIDE || sums[SIDE * SIDE - 1] !== SIDE)
      throw new Error(`the product is ${sums[0]}, not ${SIDE}`);
  }
  return (2 * SIDE ** 3) / (best * 1e6);
}

const folder = argv[2];
if (folder === undefined) throw new Error('usage: prove.js FOLDER');
const { gpu, ...started } = await loadTensorFlow(folder);
await checkEngine();
const proof: Proof = { ...started, gpu, gigaflops: Math.round(await timeProduct()) };
stdout.write(`${JSON.stringify(proof)}\n`);
