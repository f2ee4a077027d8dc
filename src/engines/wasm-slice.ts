/**
 * Slice and SplitV kernels for wasm, in place of those of TensorFlow.js. The originals copy the whole tensor out of the
 * module for each slice; splitting a layer's products into 64 steps took a quarter of a training step. These kernels
 * copy each slice once, within the module's memory.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  backend_util,
  getKernel,
  type KernelFunc,
  registerKernel,
  Slice,
  type SliceAttrs,
  SplitV,
  type SplitVAttrs,
  slice_util,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';

/** A box to be copied out of a tensor: its first index and its length in each dimension. */
interface Box {
  readonly begin: readonly number[];
  readonly size: number[];
}

/** Copies boxes out of x. Strings are not supported, because they are not on the heap. */
function copyBoxes(x: TensorInfo, boxes: readonly Box[], backend: BackendWasm): TensorInfo[] {
  // Allocating an output may grow the heap, which detaches every view of it. So allocate all outputs first.
  const outputs = boxes.map((box) => ({ ...box, output: backend.makeOutput(box.size, x.dtype) }));
  const from = backend.typedArrayFromHeap(x);
  const heap = new Uint8Array(from.buffer);
  const width = from.BYTES_PER_ELEMENT;
  const strides = [...util.computeStrides(x.shape), 1];
  for (const { begin, size, output } of outputs) {
    // The dimensions from `inner` on are contiguous: the innermost one, and outer ones while the inner ones are whole.
    let inner = x.shape.length - 1;
    while (inner > 0 && size[inner] === x.shape[inner]) inner--;
    inner = Math.max(inner, 0);
    const run = size.slice(inner).reduce((product, length) => product * length, 1);
    let to = backend.typedArrayFromHeap(output).byteOffset;
    const copy = (dimension: number, at: number): void => {
      const stride = strides[dimension] ?? 1;
      const first = at + (begin[dimension] ?? 0) * stride;
      if (dimension >= inner) {
        const start = from.byteOffset + first * width;
        heap.copyWithin(to, start, start + run * width);
        to += run * width;
        return;
      }
      const length = size[dimension] ?? 1;
      for (let index = 0; index < length; index++) copy(dimension + 1, first + index * stride);
    };
    copy(0, 0);
  }
  return outputs.map(({ output }) => output);
}

function slice(x: TensorInfo, { begin, size }: SliceAttrs, backend: BackendWasm): TensorInfo {
  const [first, lengths] = slice_util.parseSliceParams(
    x as Parameters<typeof slice_util.parseSliceParams>[0],
    begin,
    size,
  );
  if (!first || !lengths) throw new Error('a slice has no box');
  const [output] = copyBoxes(x, [{ begin: first, size: lengths }], backend);
  if (!output) throw new Error('a slice has no output');
  return output;
}

function splitV(x: TensorInfo, { numOrSizeSplits, axis }: SplitVAttrs, backend: BackendWasm): TensorInfo[] {
  const [along] = util.parseAxisParam(axis, x.shape);
  const lengths = backend_util.prepareSplitSize(
    x as Parameters<typeof backend_util.prepareSplitSize>[0],
    numOrSizeSplits,
    along,
  );
  let first = 0;
  const boxes = lengths.map((length) => {
    const begin = x.shape.map((_, dimension) => (dimension === along ? first : 0));
    const size = x.shape.map((whole, dimension) => (dimension === along ? length : whole));
    first += length;
    return { begin, size };
  });
  return copyBoxes(x, boxes, backend);
}

/** Replaces the wasm backend's kernels. The originals still handle strings. */
export function replaceSlices(): void {
  const numeric = (
    kernelName: string,
    kernelFunc: (...call: Parameters<KernelFunc>) => ReturnType<KernelFunc>,
  ) => {
    const own = getKernel(kernelName, 'wasm');
    unregisterKernel(kernelName, 'wasm');
    registerKernel({
      ...own,
      kernelFunc: (call) => (call.inputs.x?.dtype === 'string' ? own.kernelFunc(call) : kernelFunc(call)),
    });
  };
  numeric(Slice, ({ inputs, attrs, backend }) =>
    slice(inputs.x as TensorInfo, attrs as unknown as SliceAttrs, backend as BackendWasm),
  );
  numeric(SplitV, ({ inputs, attrs, backend }) =>
    splitV(inputs.x as TensorInfo, attrs as unknown as SplitVAttrs, backend as BackendWasm),
  );
}
