/** What training does with the rows and columns of matrices besides products. All matrices are float32, row by row. */
import { read, write } from '../gates';

/** Multiplies rows `from` to `to` − 1 of `source` [_, width] by row n mod `period` of `mask` [period, width]. */
export function maskRows(
  from: i32,
  to: i32,
  source: usize,
  width: i32,
  mask: usize,
  period: i32,
  result: usize,
): void {
  const stride = <usize>width << 2;
  for (let n = from; n < to; n++) {
    const row = <usize>n * stride;
    const factors = mask + <usize>(n % period) * stride;
    for (let at: usize = 0; at < stride; ) {
      const four = at + 16 <= stride;
      write(result + row + at, f32x4.mul(read(source + row + at, four), read(factors + at, four)), four);
      at += four ? 16 : 4;
    }
  }
}

/** Copies row n of `source` [_, width] to row `index[n]` of `result`, for n from `from` to `to` − 1. */
export function scatter(from: i32, to: i32, source: usize, width: i32, index: usize, result: usize): void {
  const stride = <usize>width << 2;
  for (let n = from; n < to; n++) {
    const row = <usize>load<i32>(index + (<usize>n << 2));
    memory.copy(result + row * stride, source + <usize>n * stride, stride);
  }
}

/**
 * Adds row n of `source` [rows, width] to row `index[n]` of `sums`, for all n, and for the columns `from` to `to` − 1
 * alone: threads that share the columns never add to the same number, and the order of the sums is always the same.
 */
export function scatterAdd(
  from: i32,
  to: i32,
  rows: i32,
  source: usize,
  width: i32,
  index: usize,
  sums: usize,
): void {
  const stride = <usize>width << 2;
  const end = <usize>to << 2;
  for (let n = 0; n < rows; n++) {
    const row = source + <usize>n * stride;
    const sum = sums + <usize>load<i32>(index + (<usize>n << 2)) * stride;
    for (let at = <usize>from << 2; at < end; ) {
      const four = at + 16 <= end;
      write(sum + at, f32x4.add(read(sum + at, four), read(row + at, four)), four);
      at += four ? 16 : 4;
    }
  }
}

/**
 * The sums of the columns `from` to `to` − 1 of `matrix` [rows, width]. `accumulate` adds them to what `sums` [width]
 * holds.
 */
export function sumColumns(
  from: i32,
  to: i32,
  rows: i32,
  matrix: usize,
  width: i32,
  accumulate: bool,
  sums: usize,
): void {
  const stride = <usize>width << 2;
  const end = <usize>to << 2;
  let column = <usize>from << 2;
  for (; column + 64 <= end; column += 64) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let at = matrix + column;
    for (let n = 0; n < rows; n++) {
      a = f32x4.add(a, v128.load(at));
      b = f32x4.add(b, v128.load(at, 16));
      c = f32x4.add(c, v128.load(at, 32));
      d = f32x4.add(d, v128.load(at, 48));
      at += stride;
    }
    put(sums + column, a, accumulate, true);
    put(sums + column + 16, b, accumulate, true);
    put(sums + column + 32, c, accumulate, true);
    put(sums + column + 48, d, accumulate, true);
  }
  while (column < end) {
    const four = column + 16 <= end;
    let sum = f32x4.splat(0);
    let at = matrix + column;
    for (let n = 0; n < rows; n++) {
      sum = f32x4.add(sum, read(at, four));
      at += stride;
    }
    put(sums + column, sum, accumulate, four);
    column += four ? 16 : 4;
  }
}

@inline
function put(at: usize, sum: v128, accumulate: bool, four: bool): void {
  write(at, accumulate ? f32x4.add(read(at, four), sum) : sum, four);
}
