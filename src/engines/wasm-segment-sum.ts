/**
 * The UnsortedSegmentSum kernel for wasm, which TensorFlow.js 4.22 lacks. It is the gradient of `tf.gather` and so of an
 * embedding. It works in place on the heap of the wasm module.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  getKernel,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  UnsortedSegmentSum,
  type UnsortedSegmentSumAttrs,
} from '@tensorflow/tfjs-core';

interface Inputs {
  readonly x: TensorInfo;
  readonly segmentIds: TensorInfo;
}

/**
 * x [N, ...rest], segmentIds [N] -> [numSegments, ...rest]. Row i of the result is the sum of the rows of x whose
 * segment id is i. A row with a negative id is dropped, as in TensorFlow. Throws a RangeError if an id is not below
 * `numSegments`.
 */
function unsortedSegmentSum(
  inputs: Inputs,
  backend: BackendWasm,
  attrs: UnsortedSegmentSumAttrs,
): TensorInfo {
  const { x, segmentIds } = inputs;
  const { numSegments } = attrs;
  const rest = x.shape.slice(1);
  const width = rest.reduce((product, length) => product * length, 1);

  // Allocating the output may grow the heap, which detaches every view of it. So take the views afterwards.
  const output = backend.makeOutput([numSegments, ...rest], x.dtype);
  const sums = backend.typedArrayFromHeap(output);
  const rows = backend.typedArrayFromHeap(x);
  const ids = backend.typedArrayFromHeap(segmentIds);
  sums.fill(0);
  for (let row = 0, from = 0; row < ids.length; row++, from += width) {
    const id = ids[row] ?? -1;
    if (id < 0) continue;
    if (id >= numSegments) throw new RangeError(`segment ${id} is not below ${numSegments}`);
    const to = id * width;
    // Hot loop: the casts avoid a check per number.
    for (let i = 0; i < width; i++) sums[to + i] = (sums[to + i] as number) + (rows[from + i] as number);
  }
  return output;
}

/** Registers the kernel for the wasm backend, unless a later TensorFlow.js brings its own. */
export function registerUnsortedSegmentSum(): void {
  if (getKernel(UnsortedSegmentSum, 'wasm') !== undefined) return;
  const kernelFunc: KernelFunc = ({ inputs, backend, attrs }) =>
    unsortedSegmentSum(
      inputs as unknown as Inputs,
      backend as BackendWasm,
      attrs as unknown as UnsortedSegmentSumAttrs,
    );
  registerKernel({ kernelName: UnsortedSegmentSum, backendName: 'wasm', kernelFunc });
}
