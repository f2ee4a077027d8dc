/**
 * Matrix products in bfloat16 with TensorFlow on a processor. The operands are rounded to 8 bits of mantissa, the sums
 * are computed in float32, and the result is rounded again. On a processor with AVX512_BF16 or AMX a product is about
 * twice as fast as in float32.
 *
 * TensorFlow.js has no bfloat16 type. The operations are called on the addon's handles, and the values between the
 * casts never become tensors of TensorFlow.js.
 */

import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { computesOnProcessor } from './tensorflow.ts';

/** TF_BFLOAT16 in TensorFlow's C interface (tf_datatype.h). The addon names only the types of TensorFlow.js. */
const BFLOAT16 = 14;

/** An attribute of an operation, as the addon takes it. */
interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** A result of the addon. It must be deleted or become a tensor. */
interface Handle {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The part of the registered backend object that is used here. */
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

/** Whether bfloat16 products are faster on this thread's engine: TensorFlow on a processor with bfloat16 instructions. */
export function hasBfloat16(): boolean {
  return tf.getBackend() === 'tensorflow' && computesOnProcessor() && processorHasBfloat16();
}

let found: boolean | undefined;

function processorHasBfloat16(): boolean {
  if (found === undefined) {
    try {
      found = /\b(?:avx512_bf16|amx_bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
    } catch {
      found = false;
    }
  }
  return found;
}

/** Bfloat16 copies of matrices that are multiplied at every step of a batch. */
const casts = new Map<tf.Tensor, Handle>();

/** Casts a matrix once for all products until {@link dropCasts}. The matrix must live that long. */
export function castOnce(matrix: tf.Tensor2D): void {
  const { binding, getInputTensorIds } = backendOf();
  if (casts.has(matrix)) return;
  const [id] = getInputTensorIds([matrix]);
  if (id === undefined) throw new Error('the matrix has no handle');
  casts.set(matrix, cast(binding, id, binding.TF_FLOAT, BFLOAT16));
}

export function dropCasts(): void {
  const { binding } = backendOf();
  for (const { id } of casts.values()) binding.deleteTensor(id);
  casts.clear();
}

export function isCast(matrix: tf.Tensor2D): boolean {
  return casts.has(matrix);
}

function backendOf() {
  const backend = tf.backend() as Backend;
  return {
    binding: backend.binding,
    getInputTensorIds: (tensors: readonly tf.Tensor[]) => backend.getInputTensorIds(tensors),
  };
}

/** op(a) · op(b) as float32, where op is the transpose if its flag is set. Requires {@link hasBfloat16}. */
export function bfloat16MatMul(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA: boolean,
  transposeB: boolean,
): tf.Tensor2D {
  const backend = tf.backend() as Backend;
  const { binding } = backend;
  const [idA, idB] = backend.getInputTensorIds([a, b]);
  if (idA === undefined || idB === undefined) throw new Error('a matrix has no handle');
  const left = cast(binding, idA, binding.TF_FLOAT, BFLOAT16);
  const kept = casts.get(b);
  const right = kept ?? cast(binding, idB, binding.TF_FLOAT, BFLOAT16);
  const [product] = binding.executeOp(
    'MatMul',
    [
      { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: transposeA },
      { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: transposeB },
      { name: 'T', type: binding.TF_ATTR_TYPE, value: BFLOAT16 },
    ],
    [left.id, right.id],
    1,
  );
  const result = cast(binding, product.id, BFLOAT16, binding.TF_FLOAT);
  for (const { id } of kept ? [left, product] : [left, right, product]) binding.deleteTensor(id);
  return backend.createOutputTensor(result) as tf.Tensor2D;
}

function cast(binding: Backend['binding'], id: number, from: number, to: number): Handle {
  const [result] = binding.executeOp(
    'Cast',
    [
      { name: 'SrcT', type: binding.TF_ATTR_TYPE, value: from },
      { name: 'DstT', type: binding.TF_ATTR_TYPE, value: to },
      { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false },
    ],
    [id],
    1,
  );
  return result;
}
