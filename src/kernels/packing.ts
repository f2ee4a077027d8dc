/**
 * Packs a weight matrix in the order in which products read it: groups of panels, a panel eight columns, all k of a
 * panel after one another (Goto and van de Geijn 2008 call this packing).
 */

import type { KernelMemory, Pointer } from './memory.ts';
import type { KernelConstants } from './module.ts';

/** Copies `weights` [inputs, outputs] to [groups][panels][inputs][columns of a panel]. Missing columns are zero. */
export function packWeights(
  memory: KernelMemory,
  { PANEL_COLUMNS, GROUP_COLUMNS }: Pick<KernelConstants, 'PANEL_COLUMNS' | 'GROUP_COLUMNS'>,
  weights: Float32Array,
  inputs: number,
): Pointer {
  const outputs = weights.length / inputs;
  const columns = Math.ceil(outputs / GROUP_COLUMNS) * GROUP_COLUMNS;
  const pointer = memory.alloc(columns * inputs);
  const packed = memory.floats(pointer, columns * inputs);
  for (let column = 0; column < outputs; column += PANEL_COLUMNS) {
    const width = Math.min(PANEL_COLUMNS, outputs - column);
    for (let k = 0; k < inputs; k++) {
      const from = k * outputs + column;
      const to = column * inputs + k * PANEL_COLUMNS;
      // A hot loop, and within bounds: `subarray` and `set` take several times as long for eight numbers.
      for (let j = 0; j < width; j++) packed[to + j] = weights[from + j] as number;
    }
  }
  return pointer;
}
