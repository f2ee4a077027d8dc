/**
 * Matrix products in bfloat16, on TensorFlow without a graphics card.
 *
 * A bfloat16 is the upper half of a float32: the same exponent, and 8 significant bits. The operands are rounded to
 * bfloat16, the sums are accumulated in float32, and the result is rounded to bfloat16 again. Processors with
 * AVX512_BF16 or AMX compute such products about twice as fast as float32 ones.
 *
 * TensorFlow.js has no bfloat16 type. Therefore this file calls the operations of TensorFlow's C library on the
 * addon's own handles. A bfloat16 matrix never becomes a tensor of TensorFlow.js.
 */

import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { computesOnProcessor } from './tensorflow.ts';

/** TF_BFLOAT16 of TensorFlow's C interface (tf_datatype.h). The addon names only the types that TensorFlow.js has. */
const BFLOAT16 = 14;

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** A matrix in TensorFlow's memory. It is never collected: it must be deleted, or become a tensor. */
interface Handle {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The part of the addon's backend object that this file uses. */
interface Backend extends tf.KernelBackend {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_FLOAT: number;
    executeOp(
      name: string,
      attributes: readonly Attribute[],
      inputs: readonly number[],
      outputs: 1,
    ): [Handle];
    deleteTensor(id: number): void;
  };
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(handle: Handle): tf.Tensor;
}

/** Whether bfloat16 products are faster on this thread's engine: TensorFlow on a processor that computes them. */
export function hasBfloat16(): boolean {
  return tf.getBackend() === 'tensorflow' && computesOnProcessor() && processorHasBfloat16();
}

let processorAnswer: boolean | undefined;

/** Linux lists the processor's instruction sets in /proc/cpuinfo. On other systems the answer is no. */
function processorHasBfloat16(): boolean {
  if (processorAnswer === undefined) {
    try {
      processorAnswer = /\b(?:avx512_bf16|amx_bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
    } catch {
      processorAnswer = false;
    }
  }
  return processorAnswer;
}

/**
 * Multiplies float32 matrices in bfloat16, and keeps the bfloat16 copies of matrices that are used many times. Needs
 * {@link hasBfloat16}. The owner calls `dispose`.
 */
export class Bfloat16Products {
  readonly #backend = tf.backend() as Backend;
  readonly #copies = new Map<tf.Tensor, Handle>();

  /** Converts `matrix` now, for all later products by it. The matrix must not change before `dispose`. */
  keepCopy(matrix: tf.Tensor2D): void {
    if (!this.#copies.has(matrix)) this.#copies.set(matrix, this.#toBfloat16(matrix));
  }

  hasCopy(matrix: tf.Tensor2D): boolean {
    return this.#copies.has(matrix);
  }

  /** op(a) · op(b) as a float32 tensor; op transposes if the flag is set. */
  matMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean): tf.Tensor2D {
    const { binding } = this.#backend;
    const temporary: Handle[] = [];
    const operand = (matrix: tf.Tensor2D): Handle => {
      const copy = this.#copies.get(matrix);
      if (copy) return copy;
      const converted = this.#toBfloat16(matrix);
      temporary.push(converted);
      return converted;
    };
    try {
      const inputs = [operand(a).id, operand(b).id];
      const attributes = [
        { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: transposeA },
        { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: transposeB },
        { name: 'T', type: binding.TF_ATTR_TYPE, value: BFLOAT16 },
      ];
      const [product] = binding.executeOp('MatMul', attributes, inputs, 1);
      temporary.push(product);
      const result = this.#cast(product.id, BFLOAT16, binding.TF_FLOAT);
      return this.#backend.createOutputTensor(result) as tf.Tensor2D;
    } finally {
      for (const { id } of temporary) binding.deleteTensor(id);
    }
  }

  /** Deletes the copies. */
  dispose(): void {
    for (const { id } of this.#copies.values()) this.#backend.binding.deleteTensor(id);
    this.#copies.clear();
  }

  #toBfloat16(matrix: tf.Tensor2D): Handle {
    const [id] = this.#backend.getInputTensorIds([matrix]);
    if (id === undefined) throw new RangeError('the matrix has no handle');
    return this.#cast(id, this.#backend.binding.TF_FLOAT, BFLOAT16);
  }

  #cast(id: number, from: number, to: number): Handle {
    const { binding } = this.#backend;
    const attributes = [
      { name: 'SrcT', type: binding.TF_ATTR_TYPE, value: from },
      { name: 'DstT', type: binding.TF_ATTR_TYPE, value: to },
      // Rounds to the nearest bfloat16 instead of cutting bits off.
      { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false },
    ];
    return binding.executeOp('Cast', attributes, [id], 1)[0];
  }
}
