/**
 * Matrix products in bfloat16 on TensorFlow without a card: the operands are rounded to 8 bits of mantissa, the sums made
 * in float32, the result rounded again. A processor with AVX512_BF16 or AMX makes them about twice as fast.
 *
 * TensorFlow.js has no such type, so the operations are called on the addon's own handles: what lies between the casts
 * never becomes a tensor of TensorFlow.js.
 */

import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { computesOnProcessor } from './tensorflow.ts';

/** TF_BFLOAT16 of TensorFlow's C interface (tf_datatype.h); the addon names only the types of TensorFlow.js. */
const BFLOAT16 = 14;

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** A result as the addon returns it: a handle, which must be deleted or become a tensor. */
interface Handle {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** What is used of the backend object that the addon registers. */
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

/** Whether this thread's engine makes products faster in bfloat16: TensorFlow on a processor that has them. */
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

/** Matrices that are multiplied at every step of a batch, cast once. */
const casts = new Map<tf.Tensor, Handle>();

/** Casts a matrix for all products until {@link dropCasts}; it must live as long. */
export function castOnce(matrix: tf.Tensor2D): void {
  const { binding, getInputTensorIds } = backendOf();
  if (casts.has(matrix)) return;
  const [id] = getInputTensorIds([matrix]) as [number];
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

/** op(a) · op(b), where op transposes if asked, as float32. Needs {@link hasBfloat16}. */
export function bfloat16MatMul(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA: boolean,
  transposeB: boolean,
): tf.Tensor2D {
  const backend = tf.backend() as Backend;
  const { binding } = backend;
  const [idA, idB] = backend.getInputTensorIds([a, b]) as [number, number];
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
