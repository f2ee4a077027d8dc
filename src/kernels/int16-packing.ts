/**
 * Packs a weight matrix as whole numbers of 16 bits, for products that take half the time of float32 (symmetric
 * quantization by output channel, as in Jacob et al. 2018).
 *
 * Each column has a scale of its own: as fine as it can be without an overflow of the 32-bit sums, whatever the rows are.
 * So the sums are exact, and only the rounding of weights and states is lost, each about 0.05 % of a typical number.
 */

import type { KernelMemory, Pointer } from './memory.ts';
import type { KernelConstants } from './module.ts';

/** A weight matrix as `int16Product` reads it. */
export interface Int16Weights {
  /** [groups][panels][pairs of inputs][columns of a panel][2]. */
  readonly weights: Pointer;
  /** [columns, rounded up to whole groups]: what one of a column's sums stands for. */
  readonly scales: Pointer;
}

const MAX_INT16 = 2 ** 15 - 1;
const MAX_INT32 = 2 ** 31 - 1;

/** How many pairs of 16-bit numbers a row of `width` numbers has. */
export function pairsOf(width: number): number {
  return Math.ceil(width / 2);
}

/**
 * Packs `weights` [Σ widths, outputs]. `widths` are those of the matrices that stand side by side in the product: each
 * begins with a new pair.
 */
export function packInt16Weights(
  memory: KernelMemory,
  {
    PANEL_COLUMNS,
    GROUP_COLUMNS,
    QUANTIZED_ONE,
  }: Pick<KernelConstants, 'PANEL_COLUMNS' | 'GROUP_COLUMNS' | 'QUANTIZED_ONE'>,
  weights: Float32Array,
  widths: readonly number[],
): Int16Weights {
  const inputs = widths.reduce((sum, width) => sum + width, 0);
  const pairs = widths.reduce((sum, width) => sum + pairsOf(width), 0);
  const outputs = weights.length / inputs;
  const columns = Math.ceil(outputs / GROUP_COLUMNS) * GROUP_COLUMNS;
  const steps = stepsOfColumns(weights, inputs, outputs, QUANTIZED_ONE);
  const packedPointer = memory.alloc(columns * pairs);
  const packed = memory.shorts(packedPointer, 2 * columns * pairs);
  const places = placesOf(widths);
  for (const [k, place] of places.entries()) {
    const pair = (place >> 1) * PANEL_COLUMNS;
    // A hot loop, and within bounds.
    for (let column = 0; column < outputs; column++) {
      const panel = column - (column % PANEL_COLUMNS);
      const at = panel * pairs + pair + (column - panel);
      packed[2 * at + (place & 1)] = Math.round(
        (weights[k * outputs + column] as number) * (steps[column] as number),
      );
    }
  }
  const scales = Float32Array.from({ length: columns }, (_, column) =>
    column < outputs ? 1 / ((steps[column] as number) * QUANTIZED_ONE) : 0,
  );
  return { weights: packedPointer, scales: memory.upload(scales) };
}

/** Where each input stands among the 16-bit numbers of the rows. */
function placesOf(widths: readonly number[]): number[] {
  let start = 0;
  return widths.flatMap((width) => {
    const from = start;
    start += 2 * pairsOf(width);
    return Array.from({ length: width }, (_, k) => from + k);
  });
}

/** How many steps a weight of 1 has in each column. */
function stepsOfColumns(weights: Float32Array, inputs: number, outputs: number, one: number): Float64Array {
  const sums = new Float64Array(outputs);
  const largest = new Float64Array(outputs);
  for (let k = 0; k < inputs; k++) {
    for (let column = 0; column < outputs; column++) {
      const weight = Math.abs(weights[k * outputs + column] as number);
      sums[column] = (sums[column] as number) + weight;
      if (weight > (largest[column] as number)) largest[column] = weight;
    }
  }
  // Each weight is rounded by half a step at most.
  const mostSteps = MAX_INT32 / one - inputs / 2;
  return sums.map((sum, column) =>
    // NaN stays NaN, as in float32.
    sum === 0 ? 1 : Math.min(mostSteps / sum, MAX_INT16 / (largest[column] as number)),
  );
}
