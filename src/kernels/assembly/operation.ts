/**
 * The operations that an operation list is made of, as records in the memory.
 *
 * TypeScript writes a record through one of the `encode...` functions, and `run-tile.ts` reads it. Nothing outside of
 * this folder knows a field's offset or an operation's kind. Each function returns the number of tiles: the parts of an
 * operation that threads compute at the same time. An operation without tiles has nothing to do and must not be run.
 *
 * Pointers are bytes from the beginning of the memory. All matrices are float32, row by row, but for whole numbers where it is said.
 */
import { GROUP_PANELS, PANEL_COLUMNS } from './microkernels';

/** Bytes from one record of an operation list to the next; no record is larger. */
export const OPERATION_BYTES: usize = 64;

export const PRODUCT = 0;
export const GATES = 1;
export const DRAWS = 2;
export const ADD_BIAS = 3;
export const GATHER = 4;
export const GUIDE = 5;
export const QUANTIZE = 6;
export const INT16_PRODUCT = 7;
/** From here on: the operations of training, in `training/operations.ts`. */
export const FIRST_TRAINING_KIND = 16;

/** The values of `GatesOperation.cell`. */
export const CELL_LSTM: i32 = 0;
export const CELL_GRU: i32 = 1;
export const CELL_RNN: i32 = 2;

/** Columns of a product's result that one tile computes. */
export const GROUP_COLUMNS: usize = GROUP_PANELS * PANEL_COLUMNS;

/** Numbers that a tile of rows computes at least. A smaller tile would not be worth the cost of taking it. */
const MIN_TILE_NUMBERS = 2048;

@unmanaged
export class Operation {
  kind: i32;
  tiles: i32;
}

/** `result` [rows, columns] = `first` and `second` side by side · `weights` + `bias`. */
@unmanaged
export class ProductOperation extends Operation {
  first: usize;
  firstWidth: usize;
  second: usize;
  secondWidth: usize;
  rows: usize;
  weights: usize;
  bias: usize;
  result: usize;
  columns: usize;
  /** These two of {@link INT16_PRODUCT} only. */
  scales: usize;
  rowScales: usize;
}

/** Of each `Draw` record in `draws`: the draw itself. */
@unmanaged
export class DrawsOperation extends Operation {
  draws: usize;
  width: usize;
  weights: usize;
  bias: usize;
}

/** An operation whose tiles are `rowsPerTile` rows each; the last tile may have fewer. */
@unmanaged
export class RowOperation extends Operation {
  rows: i32;
  rowsPerTile: i32;
}

/** The gates of a recurrent cell, as `gates.ts` describes them. */
@unmanaged
export class GatesOperation extends RowOperation {
  cell: i32;
  hidden: i32;
  inputs: usize;
  index: usize;
  recurrent: usize;
  h: usize;
  c: usize;
}

/** Adds `bias` [width] to each row of `matrix`. */
@unmanaged
export class AddBiasOperation extends RowOperation {
  matrix: usize;
  width: i32;
  bias: usize;
}

/** Copies row `index[n]` of `matrix` to row n of `gathered`, for each n. */
@unmanaged
export class GatherOperation extends RowOperation {
  matrix: usize;
  index: usize;
  width: usize;
  gathered: usize;
}

/** Row n of `guided` is row i = `index[n]` of `matrix`, plus `weights[n]` times what row i has over row `other[n]`. */
@unmanaged
export class GuideOperation extends RowOperation {
  matrix: usize;
  index: usize;
  other: usize;
  weights: usize;
  width: usize;
  guided: usize;
}

/** Row n of `matrix` [_, width] becomes row n of `quantized`, as `quantize.ts` says. */
@unmanaged
export class QuantizeOperation extends RowOperation {
  matrix: usize;
  width: usize;
  quantized: usize;
  scales: usize;
  scaled: bool;
}

/** `second` 0 with width 0 stands for no second matrix, `bias` 0 for no bias. */
export function encodeProduct(
  at: usize,
  rows: usize,
  first: usize,
  firstWidth: usize,
  second: usize,
  secondWidth: usize,
  weights: usize,
  bias: usize,
  result: usize,
  columns: usize,
): i32 {
  const operation = changetype<ProductOperation>(at);
  operation.kind = PRODUCT;
  operation.tiles = rows == 0 ? 0 : <i32>((columns + GROUP_COLUMNS - 1) / GROUP_COLUMNS);
  operation.first = first;
  operation.firstWidth = firstWidth;
  operation.second = second;
  operation.secondWidth = secondWidth;
  operation.rows = rows;
  operation.weights = weights;
  operation.bias = bias;
  operation.result = result;
  operation.columns = columns;
  return operation.tiles;
}

/** The same of whole numbers; `product.ts` says how they are stored. Widths count pairs of them. */
export function encodeInt16Product(
  at: usize,
  rows: usize,
  first: usize,
  firstWidth: usize,
  second: usize,
  secondWidth: usize,
  weights: usize,
  scales: usize,
  rowScales: usize,
  bias: usize,
  result: usize,
  columns: usize,
): i32 {
  encodeProduct(at, rows, first, firstWidth, second, secondWidth, weights, bias, result, columns);
  const operation = changetype<ProductOperation>(at);
  operation.kind = INT16_PRODUCT;
  operation.scales = scales;
  operation.rowScales = rowScales;
  return operation.tiles;
}

/** One tile is one draw. `weights` [V, width] and `bias` [V] are the output's. */
export function encodeDraws(
  at: usize,
  draws: usize,
  count: i32,
  width: usize,
  weights: usize,
  bias: usize,
): i32 {
  const operation = changetype<DrawsOperation>(at);
  operation.kind = DRAWS;
  operation.tiles = count;
  operation.draws = draws;
  operation.width = width;
  operation.weights = weights;
  operation.bias = bias;
  return operation.tiles;
}

/** `c` is read for an LSTM only. */
export function encodeGates(
  at: usize,
  cell: i32,
  rows: i32,
  hidden: i32,
  inputs: usize,
  index: usize,
  recurrent: usize,
  h: usize,
  c: usize,
): i32 {
  const operation = changetype<GatesOperation>(at);
  operation.kind = GATES;
  divideRows(operation, rows, hidden);
  operation.cell = cell;
  operation.hidden = hidden;
  operation.inputs = inputs;
  operation.index = index;
  operation.recurrent = recurrent;
  operation.h = h;
  operation.c = c;
  return operation.tiles;
}

export function encodeAddBias(at: usize, rows: i32, matrix: usize, width: i32, bias: usize): i32 {
  const operation = changetype<AddBiasOperation>(at);
  operation.kind = ADD_BIAS;
  divideRows(operation, rows, width);
  operation.matrix = matrix;
  operation.width = width;
  operation.bias = bias;
  return operation.tiles;
}

export function encodeGather(
  at: usize,
  rows: i32,
  matrix: usize,
  width: i32,
  index: usize,
  gathered: usize,
): i32 {
  const operation = changetype<GatherOperation>(at);
  operation.kind = GATHER;
  divideRows(operation, rows, width);
  operation.matrix = matrix;
  operation.index = index;
  operation.width = <usize>width;
  operation.gathered = gathered;
  return operation.tiles;
}

export function encodeGuide(
  at: usize,
  rows: i32,
  matrix: usize,
  width: i32,
  index: usize,
  other: usize,
  weights: usize,
  guided: usize,
): i32 {
  const operation = changetype<GuideOperation>(at);
  operation.kind = GUIDE;
  divideRows(operation, rows, width);
  operation.matrix = matrix;
  operation.index = index;
  operation.other = other;
  operation.weights = weights;
  operation.width = <usize>width;
  operation.guided = guided;
  return operation.tiles;
}

export function encodeQuantize(
  at: usize,
  rows: i32,
  matrix: usize,
  width: i32,
  quantized: usize,
  scales: usize,
  scaled: bool,
): i32 {
  const operation = changetype<QuantizeOperation>(at);
  operation.kind = QUANTIZE;
  divideRows(operation, rows, width);
  operation.matrix = matrix;
  operation.width = <usize>width;
  operation.quantized = quantized;
  operation.scales = scales;
  operation.scaled = scaled;
  return operation.tiles;
}

/** Divides rows of `width` numbers into tiles. */
export function divideRows(operation: RowOperation, rows: i32, width: i32): void {
  const each = max(1, MIN_TILE_NUMBERS / width);
  operation.rows = rows;
  operation.rowsPerTile = each;
  operation.tiles = (rows + each - 1) / each;
}
