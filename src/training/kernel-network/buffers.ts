/**
 * The working memory of a step: where everything is that is neither a parameter nor a gradient of one. It is laid out for
 * the largest batch so far. T is the number of steps, B of rows, N = T × B of positions, n of predictions; V, E, H and g
 * are as in network.ts.
 */

import type { Pointer } from '../../kernels/memory.ts';
import type { TrainingOperations } from '../../kernels/training-operations.ts';
import { type Architecture, CELL_WEIGHTS } from '../../model/architecture.ts';

/**
 * Positions of which the products of a layer are made at once, to bound the memory of packed factors. A multiple of the
 * blocks in which products are summed, so that it does not change a result.
 */
export const POSITIONS_AT_ONCE = 2048;
/** Predictions whose logits are computed at once. */
export const PREDICTIONS_AT_ONCE = 1024;

/** How large a batch is. */
export interface Capacity {
  readonly positions: number;
  readonly rows: number;
  readonly predictions: number;
}

export interface LayerBuffers {
  /** [N, gH]: the sums at the gates, then the gates' values, then the gradients by the sums. */
  readonly z: Pointer;
  /** [N, gH]: the recurrent product and then its gradient, of a GRU. */
  readonly recurrent: Pointer;
  /** [N + B, H]: the states before and after each step. Only an LSTM has `c`. */
  readonly h: Pointer;
  readonly c: Pointer;
  /** [N, H]: the output after dropout, and [B, H]: the mask. */
  readonly output: Pointer;
  readonly mask: Pointer;
}

export interface Buffers {
  readonly inputs: Pointer;
  readonly positions: Pointer;
  readonly targets: Pointer;
  /** [n] each: the factors of the predictions in the gradient, and the NLL. */
  readonly factors: Pointer;
  readonly nll: Pointer;
  /** [N, E], and its mask [B, E]. */
  readonly embedded: Pointer;
  readonly inputMask: Pointer;
  readonly layers: readonly LayerBuffers[];
  /** Gradients by the output and by the input of a layer: [N, max(E, H)] each. */
  readonly dOutput: Pointer;
  readonly dInput: Pointer;
  /** [B, H] */
  readonly dc: Pointer;
  /** Packed factors of products that are made at once. */
  readonly left: Pointer;
  readonly right: Pointer;
  readonly weights: Pointer;
  /** Packed weights of the output, forward and backward. Only a tied network has `down`. */
  readonly outputWeights: Pointer;
  readonly outputWeightsT: Pointer;
  readonly down: Pointer;
  readonly downT: Pointer;
  /** Of the predictions at once: [_, H], [_, E], [_, V], and gradients by the first two. */
  readonly picked: Pointer;
  readonly projected: Pointer;
  readonly logits: Pointer;
  readonly dPicked: Pointer;
  readonly dProjected: Pointer;
}

/** The buffers from the pointer `base` on, for batches of up to `capacity`, and how many numbers they take. */
export function layOut(
  architecture: Architecture,
  capacity: Capacity,
  operations: TrainingOperations,
  base: Pointer,
): { buffers: Buffers; length: number } {
  const { vocabulary: V, embedding: E, hidden: H, layers, tied, cell } = architecture;
  const { positions: N, rows: B, predictions } = capacity;
  const width = CELL_WEIGHTS[cell].gates * H;
  const widest = Math.max(E, H);
  const chunk = Math.min(N, POSITIONS_AT_ONCE);
  const n = Math.min(predictions, PREDICTIONS_AT_ONCE);
  /** What the output multiplies by its weights. */
  const last = tied ? E : H;
  const left = (rows: number, inner: number) => operations.leftLength(rows, inner);
  const right = (columns: number, inner: number) => operations.rightLength(columns, inner);
  let end = base;
  const take = (length: number): Pointer => {
    const pointer = end;
    end += Math.ceil(length / 16) * 64;
    return pointer;
  };
  const buffers: Buffers = {
    inputs: take(N),
    positions: take(predictions),
    targets: take(predictions),
    factors: take(predictions),
    nll: take(predictions),
    embedded: take(N * E),
    inputMask: take(B * E),
    layers: Array.from({ length: layers }, () => ({
      z: take(N * width),
      recurrent: cell === 'gru' ? take(N * width) : 0,
      h: take((N + B) * H),
      c: cell === 'lstm' ? take((N + B) * H) : 0,
      output: take(N * H),
      mask: take(B * H),
    })),
    dOutput: take(N * widest),
    dInput: take(N * widest),
    dc: take(B * H),
    left: take(
      Math.max(
        left(chunk, Math.max(E, width)),
        left(widest, chunk),
        left(B, width),
        left(n, Math.max(H, E, V)),
        left(tied ? V : H, n),
        left(H, n),
      ),
    ),
    right: take(Math.max(right(width, chunk), right(tied ? E : V, n))),
    weights: take(Math.max(right(width, widest), right(widest, width))),
    outputWeights: take(right(V, last)),
    outputWeightsT: take(right(last, V)),
    down: take(tied ? right(E, H) : 0),
    downT: take(tied ? right(H, E) : 0),
    picked: take(n * H),
    projected: take(n * E),
    logits: take(n * V),
    dPicked: take(n * H),
    dProjected: take(n * E),
  };
  return { buffers, length: (end - base) / 4 };
}
