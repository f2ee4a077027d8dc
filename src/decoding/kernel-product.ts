/** Products of rows and a weight matrix by our kernels, in float32. */

import type { Kernels } from '../kernels/kernels.ts';
import type { Pointer } from '../kernels/memory.ts';
import type { Matrix } from '../kernels/operation-list.ts';
import type { RowProduct } from './row-product.ts';

export class KernelProduct implements RowProduct {
  multiplyAdds = 0;
  readonly byKernels = true;
  readonly #kernels: Kernels;
  readonly #packed: Pointer;
  /** 0 for none. */
  readonly #bias: Pointer;
  readonly #outputs: number;
  /** Numbers of `weights`. */
  readonly #size: number;

  /** Copies `weights` [inputs, outputs] and `bias` [outputs]. */
  constructor(kernels: Kernels, weights: Float32Array, inputs: number, bias: Float32Array | null) {
    this.#kernels = kernels;
    this.#packed = kernels.pack(weights, inputs);
    this.#bias = bias ? kernels.memory.upload(bias) : 0;
    this.#outputs = weights.length / inputs;
    this.#size = weights.length;
  }

  async multiply(rows: number, result: Pointer, first: Matrix, second: Matrix | null = null): Promise<void> {
    if (rows === 0) return;
    this.multiplyAdds += rows * this.#size;
    this.#kernels.operations.product(rows, first, second, this.#packed, this.#bias, result, this.#outputs);
  }

  dispose(): void {}
}
