/** Products of rows and a weight matrix, for decoding. Factors and results are in the memory of our own kernels. */

import type { Pointer } from '../kernels/memory.ts';
import type { Matrix } from '../kernels/operation-list.ts';

/** Multiplies rows by weights. */
export interface RowProduct {
  /** Multiply-adds so far, padding not counted. */
  readonly multiplyAdds: number;
  /** Whether the kernels compute it, so that the main thread is free meanwhile. Otherwise the engine computes it. */
  readonly byKernels: boolean;
  /**
   * Writes to `result` [rows, outputs] the product of `rows` rows, bias added. A row's inputs are those of `first` and
   * `second` side by side. If the kernels compute it, it is recorded as their next operation. Otherwise their operations
   * so far are run, and it is computed at once.
   */
  multiply(rows: number, result: Pointer, first: Matrix, second?: Matrix | null): Promise<void>;
  dispose(): void;
}
