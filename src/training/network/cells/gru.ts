/**
 * Gated recurrent unit (Cho et al. 2014). The reset gate acts after the product, so that one product serves all gates,
 * as in cuDNN and PyTorch:
 *
 *     z, r = σ(zx + u)    n = tanh(zx + r∘u)    where u = h·U + b, blocks in the order z r n
 *     h' = (1 − z)∘n + z∘h
 */

import * as tf from '@tensorflow/tfjs-core';
import { CELL_WEIGHTS } from '../../../model/architecture.ts';
import { matMul, tanh } from '../ops.ts';
import { type Cell, exactly, gatesOf } from './cell.ts';
import { oneMinusSquare, slope } from './lstm.ts';

export const gru: Cell = {
  name: 'gru',
  ...CELL_WEIGHTS.gru,

  forward(zx, state, { recurrent, recurrentBias }) {
    const [h] = exactly(1, state);
    if (!recurrentBias) throw new TypeError('a GRU needs its recurrent bias');
    const u = tf.add(tf.matMul(h, recurrent), recurrentBias) as tf.Tensor2D; // [B, 3H]
    const [uz, ur, un] = gatesOf(3, u);
    const [xz, xr, xn] = gatesOf(3, zx);
    const z = tf.sigmoid(tf.add(xz, uz)) as tf.Tensor2D;
    const r = tf.sigmoid(tf.add(xr, ur)) as tf.Tensor2D;
    const n = tanh(tf.add(xn, tf.mul(r, un)) as tf.Tensor2D);
    const next = tf.add(n, tf.mul(z, tf.sub(h, n))) as tf.Tensor2D;
    return { state: [next], saved: [z, r, n, un, h] };
  },

  backward(dState, saved, recurrentT) {
    const [dh] = exactly(1, dState);
    const [z, r, n, un, h] = exactly(5, saved);
    const dzn = tf.mul(tf.mul(dh, tf.sub(1, z)), oneMinusSquare(n)) as tf.Tensor2D;
    const dzz = tf.mul(tf.mul(dh, tf.sub(h, n)), slope(z)) as tf.Tensor2D;
    const dzr = tf.mul(tf.mul(dzn, un), slope(r)) as tf.Tensor2D;
    const dRecurrent = tf.concat([dzz, dzr, tf.mul(dzn, r) as tf.Tensor2D], 1);
    return {
      dZx: tf.concat([dzz, dzr, dzn], 1),
      dRecurrent,
      dState: [tf.add(matMul(dRecurrent, recurrentT), tf.mul(dh, z)) as tf.Tensor2D],
    };
  },
};
