/**
 * From the last layer's output to the loss: logits, cross-entropy, and their gradients. n is the number of predictions;
 * V, E and H are as in network.ts.
 *
 * A tied network has no output weights of its own. It projects the hidden state from H to E (the parameter `down`), and
 * multiplies by the embedding.
 */

import * as tf from '@tensorflow/tfjs-core';
import { fusedCrossEntropy } from '../../engines/tensorflow-kernels.ts';
import { matrixOf, type Parameters, vectorOf } from './network.ts';
import { matMul } from './ops.ts';

/** The logits [n, V] of the last layer's output h [n, H]. Call it in a tidy. */
export function logits(parameters: Parameters, h: tf.Tensor2D): tf.Tensor2D {
  const product = parameters.down
    ? matMul(matMul(h, matrixOf(parameters, 'down')), matrixOf(parameters, 'embedding'), false, true)
    : matMul(h, matrixOf(parameters, 'output'));
  return tf.add(product, vectorOf(parameters, 'outputBias'));
}

/**
 * Adds the gradients of the output's parameters to `result`. Returns the gradient by h, [n, H]. The gradient of a tied
 * embedding is only the output's part of it.
 */
export function outputGradients(
  parameters: Parameters,
  h: tf.Tensor2D,
  dLogits: tf.Tensor2D,
  result: Record<string, tf.Tensor>,
): tf.Tensor2D {
  result.outputBias = tf.sum(dLogits, 0);
  if (!parameters.down) {
    result.output = matMul(h, dLogits, true, false);
    return matMul(dLogits, matrixOf(parameters, 'output'), false, true);
  }
  const down = matrixOf(parameters, 'down');
  const projected = matMul(h, down); // [n, E]
  const dProjected = matMul(dLogits, matrixOf(parameters, 'embedding'));
  result.embedding = matMul(dLogits, projected, true, false);
  result.down = matMul(h, dProjected, true, false);
  return matMul(dProjected, down, false, true);
}

/**
 * The NLL [n] of the targets in nats, and the gradient [n, V] of its mean by the logits: (softmax − one-hot) / n, times
 * the weight [n] of the prediction if there are weights. This uses softmax and not log-softmax, which is eight times
 * slower on the wasm engine.
 */
export function crossEntropy(
  scores: tf.Tensor2D,
  targets: Int32Array,
  weights?: Float32Array,
): { nll: tf.Tensor1D; dLogits: tf.Tensor2D } {
  const [n, V] = scores.shape;
  const scale = weights ? tf.div(tf.tensor2d(weights, [n, 1]), n) : tf.scalar(1 / n);
  const fused = fusedCrossEntropy(scores, tf.tensor1d(targets, 'int32'));
  if (fused) {
    const dLogits = tf.mul(fused.gradient, scale) as tf.Tensor2D;
    fused.gradient.dispose();
    return { nll: fused.nll, dLogits };
  }
  const probabilities = tf.softmax(scores);
  const pairs = new Int32Array(2 * n);
  for (const [i, target] of targets.entries()) pairs.set([i, target], 2 * i);
  const picked = tf.gatherND(probabilities, tf.tensor2d(pairs, [n, 2], 'int32')) as tf.Tensor1D;
  // A probability that underflowed counts as the smallest normal float32, which is 87 nats.
  const nll = tf.neg(tf.log(tf.maximum(picked, 1.2e-38))) as tf.Tensor1D;
  const oneHot = tf.oneHot(tf.tensor1d(targets, 'int32'), V);
  const dLogits = tf.mul(tf.sub(probabilities, oneHot), scale) as tf.Tensor2D;
  oneHot.dispose();
  probabilities.dispose();
  return { nll, dLogits };
}
