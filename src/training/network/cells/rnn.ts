/** The simple recurrent network (Elman 1990): h' = tanh(zx + h·U). */

import * as tf from '@tensorflow/tfjs-core';
import { CELL_WEIGHTS } from '../../../model/architecture.ts';
import { matMul, tanh } from '../ops.ts';
import type { Cell } from './cell.ts';
import { oneMinusSquare } from './lstm.ts';

export const rnn: Cell = {
  name: 'rnn',
  ...CELL_WEIGHTS.rnn,

  forward(zx, [h], { recurrent }) {
    const next = tanh(tf.add(zx, tf.matMul(h, recurrent)) as tf.Tensor2D);
    return { state: [next], saved: [next] };
  },

  backward([dh], [next], recurrentT) {
    const dz = tf.mul(dh, oneMinusSquare(next)) as tf.Tensor2D;
    return { dZx: dz, dRecurrent: dz, dState: [matMul(dz, recurrentT)] };
  },
};
