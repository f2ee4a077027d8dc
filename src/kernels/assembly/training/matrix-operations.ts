/** Records of the operations of `rows.ts` and `update.ts`; those of the network's parts are in `operations.ts`. */
import { divideRows, RowOperation } from '../operation';
import {
  CLEAR,
  MASK,
  MatrixOperation,
  SCATTER,
  SCATTER_ADD,
  SUM_COLUMNS,
  SUM_SQUARES,
  UPDATE,
  UpdateOperation,
} from './operations';

/** Columns that one tile of a sum over rows computes. */
const TILE_COLUMNS = 64;
/** Numbers that one tile of an operation on whole arrays computes; a multiple of four. */
export const TILE_NUMBERS = 16_384;

function encodeMatrix(
  at: usize,
  kind: i32,
  source: usize,
  width: i32,
  other: usize,
  count: i32,
  accumulate: bool,
  result: usize,
): MatrixOperation {
  const operation = changetype<MatrixOperation>(at);
  operation.kind = kind;
  operation.source = source;
  operation.width = width;
  operation.other = other;
  operation.count = count;
  operation.accumulate = accumulate;
  operation.result = result;
  return operation;
}

/** Tiles of `each` of the `count` rows, columns or numbers. */
function divide(operation: RowOperation, count: i32, each: i32): i32 {
  operation.rows = count;
  operation.rowsPerTile = each;
  operation.tiles = (count + each - 1) / each;
  return operation.tiles;
}

export function encodeMask(
  at: usize,
  rows: i32,
  source: usize,
  width: i32,
  mask: usize,
  period: i32,
  result: usize,
): i32 {
  const operation = encodeMatrix(at, MASK, source, width, mask, period, false, result);
  divideRows(operation, rows, width);
  return operation.tiles;
}

export function encodeScatter(
  at: usize,
  rows: i32,
  source: usize,
  width: i32,
  index: usize,
  result: usize,
): i32 {
  const operation = encodeMatrix(at, SCATTER, source, width, index, 0, false, result);
  divideRows(operation, rows, width);
  return operation.tiles;
}

export function encodeScatterAdd(
  at: usize,
  rows: i32,
  source: usize,
  width: i32,
  index: usize,
  sums: usize,
): i32 {
  const operation = encodeMatrix(at, SCATTER_ADD, source, width, index, rows, true, sums);
  return divide(operation, width, TILE_COLUMNS / 2);
}

export function encodeSumColumns(
  at: usize,
  rows: i32,
  matrix: usize,
  width: i32,
  accumulate: bool,
  sums: usize,
): i32 {
  return divide(encodeMatrix(at, SUM_COLUMNS, matrix, width, 0, rows, accumulate, sums), width, TILE_COLUMNS);
}

/** `length` is a multiple of four. Writes to `sums` one number in double precision a tile of {@link TILE_NUMBERS}. */
export function encodeSumSquares(at: usize, numbers: usize, length: i32, sums: usize): i32 {
  return divide(encodeMatrix(at, SUM_SQUARES, numbers, 0, 0, 0, false, sums), length, TILE_NUMBERS);
}

export function encodeClear(at: usize, numbers: usize, length: i32): i32 {
  return divide(encodeMatrix(at, CLEAR, 0, 0, 0, 0, false, numbers), length, TILE_NUMBERS);
}

/** `length` is a multiple of four. */
export function encodeUpdate(
  at: usize,
  length: i32,
  parameters: usize,
  gradients: usize,
  mean: usize,
  square: usize,
  scale: f32,
  beta1: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  oneMinusBeta2: f32,
  correction: f32,
  epsilon: f32,
  rate: f32,
): i32 {
  const operation = changetype<UpdateOperation>(at);
  operation.kind = UPDATE;
  divide(operation, length, TILE_NUMBERS);
  operation.parameters = parameters;
  operation.gradients = gradients;
  operation.mean = mean;
  operation.square = square;
  operation.scale = scale;
  operation.beta1 = beta1;
  operation.oneMinusBeta1 = oneMinusBeta1;
  operation.beta2 = beta2;
  operation.oneMinusBeta2 = oneMinusBeta2;
  operation.correction = correction;
  operation.epsilon = epsilon;
  operation.rate = rate;
  return operation.tiles;
}
