/**
 * The inner loops of a matrix product ("micro-kernels", as in BLIS): one, two, three or four rows by one panel of eight
 * columns, or by all four panels of a group, over one block of k.
 *
 * The functions are written out one by one although they are alike. Only local variables of a fixed number stay in
 * registers.
 *
 * Parameters that they share:
 * - `first`, `firstLength`, `firstStride`: where the first row's numbers in the first matrix begin, how many there are,
 *   and the bytes from one row to the next. `second...` is the same for the matrix beside it.
 * - `row`, `column`: the first row and column of the result that are computed.
 * - `panel` or `panels`: the packed weights of the block. `panelBytes` is the distance between two panels.
 * - `accumulate`: if true, the sums are added to `result` [rows, columns]; otherwise they replace it.
 * - `bias` [columns]: added at the end; 0 stands for none.
 * - `scales` [columns, rounded up to whole groups], `rowScales` [rows]: of whole numbers, what a sum is multiplied by to get
 *   what it stands for.
 *
 * T is the type of the numbers. f32: what stands above. i16: the four bytes of a number hold two whole numbers, of two
 * neighbouring k, in both matrices. Their products are added up as i32, which is exact.
 *
 * Pointers are bytes from the beginning of the memory.
 */

/** Columns of a panel. */
export const PANEL_COLUMNS: usize = 8;
/** Panels of a group. A tile of a product computes one group. */
export const GROUP_PANELS: usize = 4;

/** a · b + c, for f32 rounded once if the processor has a fused multiply-add. */
@inline
function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (isInteger<T>()) return i32x4.add(i32x4.dot_i16x8_s(a, b), c);
  return f32x4.relaxed_madd(a, b, c);
}

/** What the sums of whole numbers in four columns of a row stand for. */
@inline
function scaled<T>(sums: v128, scales: usize, rowScale: usize): v128 {
  if (isInteger<T>()) {
    const scale = f32x4.mul(v128.load(scales), v128.load32_splat(rowScale));
    return f32x4.mul(f32x4.convert_i32x4_s(sums), scale);
  }
  return sums;
}

@inline
function writeSums<T>(
  result: usize,
  row: usize,
  column: usize,
  columns: usize,
  accumulate: bool,
  bias: usize,
  scales: usize,
  rowScales: usize,
  a: v128,
  b: v128,
): void {
  const at = scales + (column << 2);
  const ofRow = rowScales + (row << 2);
  const low = scaled<T>(a, at, ofRow);
  write(result, row, column, columns, accumulate, bias, low, scaled<T>(b, at + 16, ofRow));
}

/** Writes up to eight columns of a row. Columns beyond the last are left out. */
@inline
export function write(
  result: usize,
  row: usize,
  column: usize,
  columns: usize,
  accumulate: bool,
  bias: usize,
  a: v128,
  b: v128,
): void {
  const at = result + ((row * columns + column) << 2);
  if (column + PANEL_COLUMNS <= columns) {
    let low = accumulate ? f32x4.add(v128.load(at), a) : a;
    let high = accumulate ? f32x4.add(v128.load(at, 16), b) : b;
    if (bias) {
      const biasAt = bias + (column << 2);
      low = f32x4.add(low, v128.load(biasAt));
      high = f32x4.add(high, v128.load(biasAt, 16));
    }
    v128.store(at, low);
    v128.store(at, high, 16);
    return;
  }
  let four = a;
  for (let m: usize = 0; m < PANEL_COLUMNS && column + m < columns; m++) {
    if (m == 4) four = b;
    let value = f32x4.extract_lane(four, 0);
    if (accumulate) value = load<f32>(at + (m << 2)) + value;
    if (bias) value += load<f32>(bias + ((column + m) << 2));
    store<f32>(at + (m << 2), value);
    four = i8x16.shuffle(four, four, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
  }
}

/** What `fourRows` read ahead. Nobody uses it. Because it is exported, the compiler does not leave the reads out. */
export let readAhead: u8 = 0;

/**
 * `ahead` is where weights stand that are needed soon, and `aheadStep` the bytes by which it moves with every k. They are
 * read while this block is computed, because WebAssembly cannot prefetch: so they are in a near cache when they are needed.
 */
export function fourRows<T>(
  first: usize,
  firstLength: usize,
  firstStride: usize,
  second: usize,
  secondLength: usize,
  secondStride: usize,
  row: usize,
  panel: usize,
  accumulate: bool,
  bias: usize,
  scales: usize,
  rowScales: usize,
  result: usize,
  column: usize,
  columns: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  let read: u8 = 0;
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  let w = panel;
  let at = first;
  let end = at + (firstLength << 2);
  let stride = firstStride;
  for (let part = 0; part < 2; part++) {
    const twoStrides = stride + stride;
    const threeStrides = twoStrides + stride;
    for (; at < end; at += 4) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let x = v128.load32_splat(at);
      a0 = madd<T>(x, w0, a0);
      a1 = madd<T>(x, w1, a1);
      x = v128.load32_splat(at + stride);
      b0 = madd<T>(x, w0, b0);
      b1 = madd<T>(x, w1, b1);
      x = v128.load32_splat(at + twoStrides);
      c0 = madd<T>(x, w0, c0);
      c1 = madd<T>(x, w1, c1);
      x = v128.load32_splat(at + threeStrides);
      d0 = madd<T>(x, w0, d0);
      d1 = madd<T>(x, w1, d1);
      w += PANEL_COLUMNS << 2;
      read |= load<u8>(ahead);
      ahead += aheadStep;
    }
    at = second;
    end = at + (secondLength << 2);
    stride = secondStride;
  }
  readAhead = read;
  writeSums<T>(result, row, column, columns, accumulate, bias, scales, rowScales, a0, a1);
  writeSums<T>(result, row + 1, column, columns, accumulate, bias, scales, rowScales, b0, b1);
  writeSums<T>(result, row + 2, column, columns, accumulate, bias, scales, rowScales, c0, c1);
  writeSums<T>(result, row + 3, column, columns, accumulate, bias, scales, rowScales, d0, d1);
}

export function threeRows<T>(
  first: usize,
  firstLength: usize,
  firstStride: usize,
  second: usize,
  secondLength: usize,
  secondStride: usize,
  row: usize,
  panel: usize,
  accumulate: bool,
  bias: usize,
  scales: usize,
  rowScales: usize,
  result: usize,
  column: usize,
  columns: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let w = panel;
  let at = first;
  let end = at + (firstLength << 2);
  let stride = firstStride;
  for (let part = 0; part < 2; part++) {
    for (; at < end; at += 4) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let x = v128.load32_splat(at);
      a0 = madd<T>(x, w0, a0);
      a1 = madd<T>(x, w1, a1);
      x = v128.load32_splat(at + stride);
      b0 = madd<T>(x, w0, b0);
      b1 = madd<T>(x, w1, b1);
      x = v128.load32_splat(at + stride + stride);
      c0 = madd<T>(x, w0, c0);
      c1 = madd<T>(x, w1, c1);
      w += PANEL_COLUMNS << 2;
    }
    at = second;
    end = at + (secondLength << 2);
    stride = secondStride;
  }
  writeSums<T>(result, row, column, columns, accumulate, bias, scales, rowScales, a0, a1);
  writeSums<T>(result, row + 1, column, columns, accumulate, bias, scales, rowScales, b0, b1);
  writeSums<T>(result, row + 2, column, columns, accumulate, bias, scales, rowScales, c0, c1);
}

/** Two panels at a time. With one panel, each sum would wait for the one before it. */
export function twoRows<T>(
  first: usize,
  firstLength: usize,
  firstStride: usize,
  second: usize,
  secondLength: usize,
  secondStride: usize,
  row: usize,
  panels: usize,
  panelBytes: usize,
  accumulate: bool,
  bias: usize,
  scales: usize,
  rowScales: usize,
  result: usize,
  column: usize,
  columns: usize,
): void {
  for (let p: usize = 0; p < GROUP_PANELS; p += 2) {
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let b2 = f32x4.splat(0);
    let b3 = f32x4.splat(0);
    let w = panels + p * panelBytes;
    let at = first;
    let end = at + (firstLength << 2);
    let stride = firstStride;
    for (let part = 0; part < 2; part++) {
      for (; at < end; at += 4) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        const w2 = v128.load(w + panelBytes);
        const w3 = v128.load(w + panelBytes, 16);
        const x = v128.load32_splat(at);
        a0 = madd<T>(x, w0, a0);
        a1 = madd<T>(x, w1, a1);
        a2 = madd<T>(x, w2, a2);
        a3 = madd<T>(x, w3, a3);
        const y = v128.load32_splat(at + stride);
        b0 = madd<T>(y, w0, b0);
        b1 = madd<T>(y, w1, b1);
        b2 = madd<T>(y, w2, b2);
        b3 = madd<T>(y, w3, b3);
        w += PANEL_COLUMNS << 2;
      }
      at = second;
      end = at + (secondLength << 2);
      stride = secondStride;
    }
    const from = column + p * PANEL_COLUMNS;
    writeSums<T>(result, row, from, columns, accumulate, bias, scales, rowScales, a0, a1);
    writeSums<T>(result, row, from + PANEL_COLUMNS, columns, accumulate, bias, scales, rowScales, a2, a3);
    writeSums<T>(result, row + 1, from, columns, accumulate, bias, scales, rowScales, b0, b1);
    writeSums<T>(result, row + 1, from + PANEL_COLUMNS, columns, accumulate, bias, scales, rowScales, b2, b3);
  }
}

/** All four panels at a time. */
export function oneRow<T>(
  first: usize,
  firstLength: usize,
  second: usize,
  secondLength: usize,
  row: usize,
  panels: usize,
  panelBytes: usize,
  accumulate: bool,
  bias: usize,
  scales: usize,
  rowScales: usize,
  result: usize,
  column: usize,
  columns: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let a4 = f32x4.splat(0);
  let a5 = f32x4.splat(0);
  let a6 = f32x4.splat(0);
  let a7 = f32x4.splat(0);
  let w = panels;
  let at = first;
  let end = at + (firstLength << 2);
  for (let part = 0; part < 2; part++) {
    for (; at < end; at += 4) {
      const x = v128.load32_splat(at);
      const w2 = w + panelBytes;
      const w4 = w2 + panelBytes;
      const w6 = w4 + panelBytes;
      a0 = madd<T>(x, v128.load(w), a0);
      a1 = madd<T>(x, v128.load(w, 16), a1);
      a2 = madd<T>(x, v128.load(w2), a2);
      a3 = madd<T>(x, v128.load(w2, 16), a3);
      a4 = madd<T>(x, v128.load(w4), a4);
      a5 = madd<T>(x, v128.load(w4, 16), a5);
      a6 = madd<T>(x, v128.load(w6), a6);
      a7 = madd<T>(x, v128.load(w6, 16), a7);
      w += PANEL_COLUMNS << 2;
    }
    at = second;
    end = at + (secondLength << 2);
  }
  writeSums<T>(result, row, column, columns, accumulate, bias, scales, rowScales, a0, a1);
  writeSums<T>(result, row, column + PANEL_COLUMNS, columns, accumulate, bias, scales, rowScales, a2, a3);
  writeSums<T>(result, row, column + 2 * PANEL_COLUMNS, columns, accumulate, bias, scales, rowScales, a4, a5);
  writeSums<T>(result, row, column + 3 * PANEL_COLUMNS, columns, accumulate, bias, scales, rowScales, a6, a7);
}
