/**
 * What the compiled module exports; `module.ts` declares what TypeScript uses of it.
 *
 * This folder is AssemblyScript: TypeScript's syntax, compiled to WebAssembly by `npm run build`.
 */
import { draw } from './draw';
import { scratch } from './thread-pool';

export {
  CELL_GRU,
  CELL_LSTM,
  CELL_RNN,
  encodeAddBias,
  encodeDraws,
  encodeGates,
  encodeGather,
  encodeGuide,
  encodeInt16Product,
  encodeProduct,
  encodeQuantize,
  GROUP_COLUMNS,
  OPERATION_BYTES,
} from './operation';
export { PANEL_COLUMNS, readAhead } from './microkernels';
export { QUANTIZED_ONE } from './quantize';
export { PANEL_ROWS, sixRows, SUMS_LENGTH } from './training/matmul';
export {
  encodeClear,
  encodeMask,
  encodeScatter,
  encodeScatterAdd,
  encodeSumColumns,
  encodeSumSquares,
  encodeUpdate,
  TILE_NUMBERS,
} from './training/matrix-operations';
export {
  encodeCellBackward,
  encodeCellForward,
  encodeCrossEntropy,
  encodeMultiply,
  encodePack,
} from './training/operations';
export { attach, CONTROL_BYTES, fail, failed, finish, runWorker, setScratch, start, stop, stopped } from './thread-pool';
export {
  DRAW_BYTES,
  DRAW_COUNT,
  DRAW_HIDDEN,
  DRAW_IDS,
  DRAW_LOG_FREQUENCIES,
  DRAW_LOG_SUM_EXP,
  DRAW_LOGITS,
  DRAW_MASKED,
  DRAW_MASKED_COUNT,
  DRAW_OUTCOME,
  DRAW_POINT_COUNT,
  DRAW_POINTS,
  DRAW_POINTS_USED,
  DRAW_RESUMED,
  DRAW_SPECIFICITY,
  DRAW_SUMMED,
  DRAW_TEMPERATURE,
  DRAW_TOP_P,
  MORE_POINTS,
  NOT_NUMBERS,
  NOTHING_LEFT,
} from './draw-record';

/** Runs the n-th draw of a list in the calling thread. */
export function drawOne(list: usize, n: i32, width: usize, weights: usize, bias: usize): void {
  draw(list, n, width, weights, bias, scratch());
}

/** The first byte of the memory that this module does not use itself. */
export const HEAP_BASE: usize = __heap_base;
