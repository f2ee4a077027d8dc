/**
 * TensorFlow's fused kernels for the operations of training that take the most time besides matrix products. One call
 * replaces about a dozen plain operations. The plain operations define the result, and other engines run them.
 *
 * TensorFlow's LSTM kernels that include the products (BlockLSTM, LSTMBlockCell) do not use oneDNN. At our sizes they
 * are slower than one product for all steps of a layer. Only the gradient kernel of the gates is used.
 */

import * as tf from '@tensorflow/tfjs-core';

/** An attribute of an operation, as the addon takes it. */
type Attribute = { readonly name: string; readonly type: number; readonly value: number | boolean };

/** The part of the registered backend object that is used here. */
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
 * Cross-entropy of `scores` [n, V] with `targets` [n] int32: the NLL [n] in nats, and the gradient with respect to the
 * scores [n, V] (softmax minus one-hot). Null if the engine is not TensorFlow.
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
  if (!nll || !gradient) throw new Error('the cross-entropy kernel returned too few tensors');
  return { nll: nll as tf.Tensor1D, gradient: gradient as tf.Tensor2D };
}

/** Order of the gates in the result of {@link fusedLstmGradient}, as indices into (i, f, g, o). */
export const FUSED_GATES = [0, 2, 1, 3] as const;

/** Inputs of the kernel that are the same for all steps of a layer. Our LSTM has no peepholes; the kernel takes zeros. */
export interface FusedLayer {
  /** [H, 4H]; the kernel reads its shape only. */
  readonly recurrent: tf.Tensor2D;
  /** [4H], zeros. */
  readonly bias: tf.Tensor1D;
  /** [H], zeros. */
  readonly peephole: tf.Tensor1D;
  /** [B, 0], in place of the layer's input. */
  readonly nothing: tf.Tensor2D;
}

/** Null if the engine is not TensorFlow. The caller uses it for all steps of the layer, inside a `tf.tidy`. */
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
 * Backward pass of the gates of one LSTM step. Takes the gradients of h and c [B, H], and what the cell's `forward`
 * saved: i, f, g, o, the previous c and tanh(c), [B, H] each. Returns the gradient of the gates' sums [B, 4H], in the
 * order of {@link FUSED_GATES}, and the gradient of the previous c [B, H].
 */
export function fusedLstmGradient(
  layer: FusedLayer,
  [dh, dc]: readonly [tf.Tensor2D, tf.Tensor2D],
  [i, f, g, o, c, tanhC]: readonly tf.Tensor2D[],
): { readonly dGates: tf.Tensor2D; readonly dBefore: tf.Tensor2D } {
  const tensorflow = executor();
  if (!tensorflow) throw new Error('the fused gradient needs TensorFlow');
  if (!i || !f || !g || !o || !c || !tanhC) throw new Error('the LSTM step saved too few tensors');
  const { binding } = tensorflow;
  const { recurrent, bias, peephole, nothing } = layer;
  const gates = [i, c, f, o, g, tanhC];
  const [dBefore, dGates] = tensorflow.executeMultipleOutputs(
    'LSTMBlockCellGrad',
    [
      { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: 'use_peephole', type: binding.TF_ATTR_BOOL, value: false },
    ],
    // x, previous c, previous h, weights, three peepholes, bias; i, c, f, o, g, tanh(c); the two gradients.
    [nothing, c, c, recurrent, peephole, peephole, peephole, bias, ...gates, dc, dh],
    5,
  );
  if (!dBefore || !dGates) throw new Error('the gradient kernel returned too few tensors');
  return { dGates: dGates as tf.Tensor2D, dBefore: dBefore as tf.Tensor2D };
}
