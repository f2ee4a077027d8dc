/**
 * Products of matrices: rows [rows, K] by weights [K, M]. Each number of a product is made in one order, whatever the
 * other rows are, so a row's results never depend on its neighbours: sums over blocks of 512 k, each in the order of k and
 * rounded once a step, added up. oneDNN was found to do it in this very order on a processor with AVX-512, so that it
 * makes no difference to a poem which of the two computes.
 *
 * Weights are packed: groups of four panels, a panel eight columns, all k of a panel after one another
 * ([groups][4][K][8]), columns beyond M zero. The accumulators of a tile fill the registers; the weights of a block of a
 * panel stay in the first cache while the rows pass by.
 */
import { fourRows, oneRow, PANEL, PANELS, threeRows, twoRows } from './tiles';

const BLOCK: usize = 512;

/**
 * One group of columns of left · weights + bias, for all rows. Left are two matrices side by side, [rows, k] and
 * [rows, k2], where k2 may be 0. `bias` [M] may be 0 for none. All in bytes from the beginning of the memory.
 */
export function product(
  group: i32,
  left: usize,
  k: usize,
  left2: usize,
  k2: usize,
  rows: usize,
  weights: usize,
  bias: usize,
  result: usize,
  columns: usize,
): void {
  const all = k + k2;
  const bytes = all * PANEL * 4;
  const panels = weights + <usize>group * PANELS * bytes;
  const from = <usize>group * PANELS * PANEL;
  for (let start: usize = 0; start < all; start += BLOCK) {
    const end = min(start + BLOCK, all);
    // What the block has of either matrix.
    const first = min(start, k);
    const length = min(end, k) - first;
    const second = max(start, k) - k;
    const length2 = max(end, k) - k - second;
    block(
      left + (first << 2),
      length,
      k << 2,
      left2 + (second << 2),
      length2,
      k2 << 2,
      rows,
      panels + start * PANEL * 4,
      bytes,
      start > 0,
      end == all ? bias : 0,
      result,
      from,
      columns,
    );
  }
}

/**
 * What a block of k adds: `length` numbers of each row on the left, and `length2` beside them, the rows so many bytes
 * apart. Written over `result`, or added to it where there was a block before.
 */
function block(
  left: usize,
  length: usize,
  stride: usize,
  left2: usize,
  length2: usize,
  stride2: usize,
  rows: usize,
  panels: usize,
  bytes: usize,
  add: bool,
  bias: usize,
  result: usize,
  from: usize,
  columns: usize,
): void {
  const whole = rows & ~3;
  const rest = rows - whole;
  for (let p: usize = 0; p < PANELS; p++) {
    const panel = panels + p * bytes;
    const column = from + p * PANEL;
    for (let n: usize = 0; n < whole; n += 4) {
      const at = left + n * stride;
      const at2 = left2 + n * stride2;
      fourRows(at, length, stride, at2, length2, stride2, n, panel, add, bias, result, column, columns);
    }
    if (rest != 3) continue;
    const at = left + whole * stride;
    const at2 = left2 + whole * stride2;
    threeRows(at, length, stride, at2, length2, stride2, whole, panel, add, bias, result, column, columns);
  }
  if (rest == 0 || rest == 3) return;
  const at = left + whole * stride;
  const at2 = left2 + whole * stride2;
  if (rest == 2) {
    twoRows(at, length, stride, at2, length2, stride2, whole, panels, bytes, add, bias, result, from, columns);
  } else {
    oneRow(at, length, at2, length2, whole, panels, bytes, add, bias, result, from, columns);
  }
}
