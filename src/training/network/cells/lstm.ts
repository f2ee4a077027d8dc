/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
 *
 *     i, f, o = σ(z)    g = tanh(z)    where z = zx + h·U, blocks in the order i f g o
 *     c' = f∘c + i∘g    h' = o∘tanh(c')
 */

import * as tf from '@tensorflow/tfjs-core';
import { CELL_WEIGHTS } from '../../../model/architecture.ts';
import { matMul, tanh } from '../ops.ts';
import { type Cell, exactly, gatesOf } from './cell.ts';

export const lstm: Cell = {
  name: 'lstm',
  ...CELL_WEIGHTS.lstm,

  forward(zx, state, { recurrent }) {
    const [h, c] = exactly(2, state);
    const z = tf.add(zx, matMul(h, recurrent)) as tf.Tensor2D; // [B, 4H]
    const [zi, zf, zg, zo] = gatesOf(4, z);
    const i = tf.sigmoid(zi);
    const f = tf.sigmoid(zf);
    const g = tanh(zg);
    const o = tf.sigmoid(zo);
    const next = tf.add(tf.mul(f, c), tf.mul(i, g)) as tf.Tensor2D;
    const squashed = tanh(next);
    const out = tf.mul(o, squashed) as tf.Tensor2D;
    return { state: [out, next], saved: [i, f, g, o, c, squashed] };
  },

  backward(dState, saved, recurrentT) {
    const [dh, dc] = exactly(2, dState);
    const [i, f, g, o, c, squashed] = exactly(6, saved);
    const dNext = tf.add(dc, tf.mul(tf.mul(dh, o), oneMinusSquare(squashed)));
    const dzi = tf.mul(tf.mul(dNext, g), slope(i));
    const dzf = tf.mul(tf.mul(dNext, c), slope(f));
    const dzg = tf.mul(tf.mul(dNext, i), oneMinusSquare(g));
    const dzo = tf.mul(tf.mul(dh, squashed), slope(o));
    const dz = tf.concat([dzi, dzf, dzg, dzo], 1) as tf.Tensor2D;
    return {
      dZx: dz,
      dRecurrent: dz,
      dState: [matMul(dz, recurrentT), tf.mul(dNext, f) as tf.Tensor2D],
    };
  },
};

/** The derivative of σ, from its value y: y(1 − y). */
export function slope(y: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(y, tf.square(y)) as tf.Tensor2D;
}

/** The derivative of tanh, from its value y: 1 − y². */
export function oneMinusSquare(y: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(1, tf.square(y)) as tf.Tensor2D;
}
