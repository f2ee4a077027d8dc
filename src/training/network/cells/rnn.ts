/** The simple recurrent network (Elman 1990): h' = tanh(zx + h·U). */

import * as tf from '@tensorflow/tfjs-core';
import { CELL_WEIGHTS } from '../../../model/architecture.ts';
import { matMul, tanh } from '../ops.ts';
import { type Cell, exactly } from './cell.ts';
import { oneMinusSquare } from './lstm.ts';

export const rnn: Cell = {
  name: 'rnn',
  ...CELL_WEIGHTS.rnn,

  forward(zx, state, { recurrent }) {
    const [h] = exactly(1, state);
    const next = tanh(tf.add(zx, tf.matMul(h, recurrent)) as tf.Tensor2D);
    return { state: [next], saved: [next] };
  },

  backward(dState, saved, recurrentT) {
    const [dh] = exactly(1, dState);
    const [next] = exactly(1, saved);
    const dz = tf.mul(dh, oneMinusSquare(next)) as tf.Tensor2D;
    return { dZx: dz, dRecurrent: dz, dState: [matMul(dz, recurrentT)] };
  },
};
