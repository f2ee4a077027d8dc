/**
 * Slice and SplitV for wasm, in place of TensorFlow.js's own, which copy the whole tensor out of the module for each
 * piece that they cut: cutting a layer's products into 64 steps took a quarter of a training step. These copy each piece
 * once, within the module's memory.
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

/** Cuts boxes of these sizes, whose corners are at `begins`, out of x. All but strings, which are not on the heap. */
function cut(
  x: TensorInfo,
  begins: readonly (readonly number[])[],
  sizes: readonly number[][],
  backend: BackendWasm,
): TensorInfo[] {
  // Making an output may grow the heap, which detaches every view on it: make all before taking one.
  const outputs = sizes.map((size) => backend.makeOutput(size, x.dtype));
  const from = backend.typedArrayFromHeap(x);
  const heap = new Uint8Array(from.buffer);
  const width = from.BYTES_PER_ELEMENT;
  const strides = [...util.computeStrides(x.shape), 1];
  for (const [i, output] of outputs.entries()) {
    const begin = begins[i] as readonly number[];
    const size = sizes[i] as readonly number[];
    // Dimensions from `inner` on lie in one run: the innermost, and outwards as long as they are taken whole.
    let inner = x.shape.length - 1;
    while (inner > 0 && size[inner] === x.shape[inner]) inner--;
    inner = Math.max(inner, 0);
    const run = size.slice(inner).reduce((product, length) => product * length, 1);
    let to = backend.typedArrayFromHeap(output).byteOffset;
    const copy = (dimension: number, at: number): void => {
      const first = at + (begin[dimension] ?? 0) * (strides[dimension] as number);
      if (dimension >= inner) {
        const start = from.byteOffset + first * width;
        heap.copyWithin(to, start, start + run * width);
        to += run * width;
        return;
      }
      for (let index = 0; index < (size[dimension] as number); index++) {
        copy(dimension + 1, first + index * (strides[dimension] as number));
      }
    };
    copy(0, 0);
  }
  return outputs;
}

function slice(x: TensorInfo, { begin, size }: SliceAttrs, backend: BackendWasm): TensorInfo {
  const [begins, sizes] = slice_util.parseSliceParams(
    x as Parameters<typeof slice_util.parseSliceParams>[0],
    begin,
    size,
  ) as [number[], number[]];
  return cut(x, [begins], [sizes], backend)[0] as TensorInfo;
}

function splitV(x: TensorInfo, { numOrSizeSplits, axis }: SplitVAttrs, backend: BackendWasm): TensorInfo[] {
  const along = util.parseAxisParam(axis, x.shape)[0] as number;
  const lengths = backend_util.prepareSplitSize(
    x as Parameters<typeof backend_util.prepareSplitSize>[0],
    numOrSizeSplits,
    along,
  );
  let reached = 0;
  const begins = lengths.map((length) => {
    const begin = x.shape.map((_, dimension) => (dimension === along ? reached : 0));
    reached += length;
    return begin;
  });
  const sizes = lengths.map((length) =>
    x.shape.map((whole, dimension) => (dimension === along ? length : whole)),
  );
  return cut(x, begins, sizes, backend);
}

/** Puts the kernels in place of the wasm backend's own, which keep what is not numbers. */
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
