/**
 * The operations of training, as records in the memory like those of `../operation.ts`. They run in the same lists.
 *
 * Each `encode...` function returns the number of tiles. An operation without tiles must not be run.
 */
import { PANEL_COLUMNS } from '../microkernels';
import { divideRows, FIRST_TRAINING_KIND, Operation, RowOperation } from '../operation';
import { MOST_TILE_COLUMNS, MOST_TILE_ROWS, PANEL_ROWS } from './matmul';

export const MULTIPLY = FIRST_TRAINING_KIND;
export const PACK = FIRST_TRAINING_KIND + 1;
export const CELL_FORWARD = FIRST_TRAINING_KIND + 2;
export const CELL_BACKWARD = FIRST_TRAINING_KIND + 3;
export const CROSS_ENTROPY = FIRST_TRAINING_KIND + 4;
export const MASK = FIRST_TRAINING_KIND + 5;
export const SCATTER = FIRST_TRAINING_KIND + 6;
export const SCATTER_ADD = FIRST_TRAINING_KIND + 7;
export const SUM_COLUMNS = FIRST_TRAINING_KIND + 8;
export const SUM_SQUARES = FIRST_TRAINING_KIND + 9;
export const UPDATE = FIRST_TRAINING_KIND + 10;
export const CLEAR = FIRST_TRAINING_KIND + 11;

/** Panels that one tile packs. */
const TILE_PANELS = 8;

const LEAST_TILE_COLUMNS: usize = 16;
/** So many tiles a thread keep threads busy that start late or are interrupted. */
const TILES_A_THREAD: usize = 8;

/** `result` [rows, columns] = or += `left` · `right` + `bias`. Both factors are packed. */
@unmanaged
export class MultiplyOperation extends Operation {
  left: usize;
  right: usize;
  rows: usize;
  columns: usize;
  inner: usize;
  accumulate: i32;
  bias: usize;
  result: usize;
  tileRows: usize;
  tileColumns: usize;
}

/** Packs a factor, as `panels.ts` describes it. */
@unmanaged
export class PackOperation extends Operation {
  source: usize;
  lines: usize;
  lineBytes: usize;
  inner: usize;
  innerBytes: usize;
  panelLines: usize;
  packed: usize;
}

/** One step of a cell, as `gates-forward.ts` and `gates-backward.ts` describe it. What a cell does not have is 0. */
@unmanaged
export class CellOperation extends RowOperation {
  cell: i32;
  hidden: i32;
  z: usize;
  recurrent: usize;
  cBefore: usize;
  cAfter: usize;
  hBefore: usize;
  hAfter: usize;
  dh: usize;
  dc: usize;
  dhBefore: usize;
}

@unmanaged
export class CrossEntropyOperation extends RowOperation {
  logits: usize;
  width: i32;
  targets: usize;
  nll: usize;
  scale: f32;
  weights: usize;
}

/** An operation that reads the matrix `source` [_, width] and writes to `result`. */
@unmanaged
export class MatrixOperation extends RowOperation {
  source: usize;
  width: i32;
  /** `MASK`: the mask. `SCATTER` and `SCATTER_ADD`: the index. */
  other: usize;
  /** `MASK`: rows of the mask. `SCATTER_ADD` and `SUM_COLUMNS`, whose tiles are columns: rows of the matrix. */
  count: i32;
  accumulate: i32;
  result: usize;
}

/** An optimiser's step on all parameters. Without `mean` it is RMSprop, whose decay is `beta2`. */
@unmanaged
export class UpdateOperation extends RowOperation {
  parameters: usize;
  gradients: usize;
  mean: usize;
  square: usize;
  scale: f32;
  beta1: f32;
  oneMinusBeta1: f32;
  beta2: f32;
  oneMinusBeta2: f32;
  correction: f32;
  epsilon: f32;
  rate: f32;
}

/** Tiles are chosen for `threads` threads. They do not change the result. */
export function encodeMultiply(
  at: usize,
  left: usize,
  right: usize,
  rows: usize,
  columns: usize,
  inner: usize,
  accumulate: bool,
  bias: usize,
  result: usize,
  threads: usize,
): i32 {
  const operation = changetype<MultiplyOperation>(at);
  operation.kind = MULTIPLY;
  operation.left = left;
  operation.right = right;
  operation.rows = rows;
  operation.columns = columns;
  operation.inner = inner;
  operation.accumulate = accumulate;
  operation.bias = bias;
  operation.result = result;
  if (rows == 0 || columns == 0) return 0;
  const blocks = divided(rows, MOST_TILE_ROWS);
  const tileRows = divided(divided(rows, blocks), PANEL_ROWS) * PANEL_ROWS;
  const rowTiles = divided(rows, tileRows);
  let tileColumns: usize = MOST_TILE_COLUMNS;
  while (tileColumns > LEAST_TILE_COLUMNS && rowTiles * divided(columns, tileColumns) < threads * TILES_A_THREAD) {
    tileColumns >>= 1;
  }
  operation.tileRows = tileRows;
  operation.tileColumns = tileColumns;
  operation.tiles = <i32>(rowTiles * divided(columns, tileColumns));
  return operation.tiles;
}

@inline
function divided(a: usize, b: usize): usize {
  return (a + b - 1) / b;
}

/** `left` says which factor it is. `lineBytes` or `innerBytes` is four. */
export function encodePack(
  at: usize,
  left: bool,
  source: usize,
  lines: usize,
  lineBytes: usize,
  inner: usize,
  innerBytes: usize,
  packed: usize,
): i32 {
  const operation = changetype<PackOperation>(at);
  operation.kind = PACK;
  operation.source = source;
  operation.lines = lines;
  operation.lineBytes = lineBytes;
  operation.inner = inner;
  operation.innerBytes = innerBytes;
  operation.panelLines = left ? PANEL_ROWS : PANEL_COLUMNS;
  operation.packed = packed;
  operation.tiles = <i32>divided(divided(lines, operation.panelLines), TILE_PANELS);
  return operation.tiles;
}

/** The panels of a tile of a {@link PackOperation}. */
@inline
export function firstPanel(tile: i32): usize {
  return <usize>(tile * TILE_PANELS);
}

function encodeCell(at: usize, kind: i32, cell: i32, rows: i32, hidden: i32): CellOperation {
  const operation = changetype<CellOperation>(at);
  operation.kind = kind;
  divideRows(operation, rows, hidden);
  operation.cell = cell;
  operation.hidden = hidden;
  return operation;
}

export function encodeCellForward(
  at: usize,
  cell: i32,
  rows: i32,
  hidden: i32,
  z: usize,
  recurrent: usize,
  cBefore: usize,
  cAfter: usize,
  hBefore: usize,
  hAfter: usize,
): i32 {
  const operation = encodeCell(at, CELL_FORWARD, cell, rows, hidden);
  operation.z = z;
  operation.recurrent = recurrent;
  operation.cBefore = cBefore;
  operation.cAfter = cAfter;
  operation.hBefore = hBefore;
  operation.hAfter = hAfter;
  return operation.tiles;
}

export function encodeCellBackward(
  at: usize,
  cell: i32,
  rows: i32,
  hidden: i32,
  z: usize,
  recurrent: usize,
  cBefore: usize,
  cAfter: usize,
  hBefore: usize,
  dh: usize,
  dc: usize,
  dhBefore: usize,
): i32 {
  const operation = encodeCell(at, CELL_BACKWARD, cell, rows, hidden);
  operation.z = z;
  operation.recurrent = recurrent;
  operation.cBefore = cBefore;
  operation.cAfter = cAfter;
  operation.hBefore = hBefore;
  operation.dh = dh;
  operation.dc = dc;
  operation.dhBefore = dhBefore;
  return operation.tiles;
}

export function encodeCrossEntropy(
  at: usize,
  rows: i32,
  logits: usize,
  width: i32,
  targets: usize,
  nll: usize,
  scale: f32,
  weights: usize,
): i32 {
  const operation = changetype<CrossEntropyOperation>(at);
  operation.kind = CROSS_ENTROPY;
  divideRows(operation, rows, width);
  operation.logits = logits;
  operation.width = width;
  operation.targets = targets;
  operation.nll = nll;
  operation.scale = scale;
  operation.weights = weights;
  return operation.tiles;
}
