/**
 * TensorFlow's fused kernels for what training spends its time on between products. Each does in one call what a dozen
 * plain operations do, which remain the definition, and what every other engine runs.
 *
 * Its LSTM kernels that also multiply (BlockLSTM, LSTMBlockCell) are slower at our sizes than products made for all
 * steps of a layer at once, as theirs do not go through oneDNN; so of those only the gates' gradient is used.
 */

import * as tf from '@tensorflow/tfjs-core';

type Attribute = { readonly name: string; readonly type: number; readonly value: number | boolean };

/** What is used of the backend object that the addon registers. */
interface Executor extends tf.KernelBackend {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
  };
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

function executor(): Executor | null {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as Executor) : null;
}

/**
 * Cross-entropy of `scores` [n, V] with `targets` [n] int32: NLL [n] in nats, and its gradient by the scores, softmax
 * minus one-hot [n, V]. Null where the engine is not TensorFlow.
 */
export function fusedCrossEntropy(
  scores: tf.Tensor2D,
  targets: tf.Tensor1D,
): { readonly nll: tf.Tensor1D; readonly gradient: tf.Tensor2D } | null {
  const tensorflow = executor();
  if (!tensorflow) return null;
  const { binding } = tensorflow;
  const [nll, gradient] = tensorflow.executeMultipleOutputs(
    'SparseSoftmaxCrossEntropyWithLogits',
    [
      { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: 'Tlabels', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
    ],
    [scores, targets],
    2,
  );
  return { nll: nll as tf.Tensor1D, gradient: gradient as tf.Tensor2D };
}

/** The order of the gates in what {@link fusedLstmGradient} returns, as indices into i f g o. */
export const FUSED_GATES = [0, 2, 1, 3] as const;

/** What the kernel wants to see of a layer besides its step: weights for their shape, and peepholes that we lack. */
export interface FusedLayer {
  /** [H, 4H] */
  readonly recurrent: tf.Tensor2D;
  /** [4H] zeros, [H] zeros, and [B, 0]. */
  readonly bias: tf.Tensor1D;
  readonly peephole: tf.Tensor1D;
  readonly nothing: tf.Tensor2D;
}

/** Null where the engine is not TensorFlow. The caller keeps it for the layer's steps, in a tidy. */
export function fusedLayer(recurrent: tf.Tensor2D, rows: number): FusedLayer | null {
  if (!executor()) return null;
  const [hidden, width] = recurrent.shape;
  return {
    recurrent,
    bias: tf.zeros([width]),
    peephole: tf.zeros([hidden]),
    nothing: tf.zeros([rows, 0]),
  };
}

/**
 * The gates' gradient of one LSTM step from the gradients by h and c ([B, H] each): by the gates' sums [B, 4H], in the
 * order of {@link FUSED_GATES}, and by the c that came in. `saved` is what the cell's `forward` saved.
 */
export function fusedLstmGradient(
  layer: FusedLayer,
  [dh, dc]: readonly [tf.Tensor2D, tf.Tensor2D],
  [i, f, g, o, before, squashed]: readonly tf.Tensor2D[],
): { readonly dGates: tf.Tensor2D; readonly dBefore: tf.Tensor2D } {
  const tensorflow = executor() as Executor;
  const { binding } = tensorflow;
  const c = before as tf.Tensor2D;
  const { recurrent, bias, peephole, nothing } = layer;
  const gates = [i, c, f, o, g, squashed] as tf.Tensor2D[];
  const [dBefore, dGates] = tensorflow.executeMultipleOutputs(
    'LSTMBlockCellGrad',
    [
      { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: 'use_peephole', type: binding.TF_ATTR_BOOL, value: false },
    ],
    // x, c and h before, weights, peepholes, bias; i, c, f, o, g, tanh c; the gradients.
    [nothing, c, c, recurrent, peephole, peephole, peephole, bias, ...gates, dc, dh],
    5,
  );
  return { dGates: dGates as tf.Tensor2D, dBefore: dBefore as tf.Tensor2D };
}
