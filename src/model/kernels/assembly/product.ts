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

const PANEL: usize = 8;
/** Panels that one piece of work takes at once. */
const PANELS: usize = 4;
const BLOCK: usize = 512;

/** a · b + c, rounded once wherever the processor can. */
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
}

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

/** Writes eight columns of a row, as many of them as there are, on top of what is there if `add` says so. */
@inline
function write(
  result: usize,
  n: usize,
  column: usize,
  columns: usize,
  add: bool,
  bias: usize,
  a: v128,
  b: v128,
): void {
  const at = result + ((n * columns + column) << 2);
  if (column + PANEL <= columns) {
    let low = add ? f32x4.add(v128.load(at), a) : a;
    let high = add ? f32x4.add(v128.load(at, 16), b) : b;
    if (bias) {
      const from = bias + (column << 2);
      low = f32x4.add(low, v128.load(from));
      high = f32x4.add(high, v128.load(from, 16));
    }
    v128.store(at, low);
    v128.store(at, high, 16);
    return;
  }
  let four = a;
  for (let m: usize = 0; m < PANEL && column + m < columns; m++) {
    if (m == 4) four = b;
    let value = f32x4.extract_lane(four, 0);
    if (add) value = load<f32>(at + (m << 2)) + value;
    if (bias) value += load<f32>(bias + ((column + m) << 2));
    store<f32>(at + (m << 2), value);
    four = i8x16.shuffle(four, four, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
  }
}

function fourRows(
  left: usize,
  length: usize,
  stride: usize,
  left2: usize,
  length2: usize,
  stride2: usize,
  n: usize,
  panel: usize,
  add: bool,
  bias: usize,
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
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  let w = panel;
  let at = left;
  let end = at + (length << 2);
  let apart = stride;
  for (let part = 0; part < 2; part++) {
    const twice = apart + apart;
    const thrice = twice + apart;
    for (; at < end; at += 4) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let x = v128.load32_splat(at);
      a0 = madd(x, w0, a0);
      a1 = madd(x, w1, a1);
      x = v128.load32_splat(at + apart);
      b0 = madd(x, w0, b0);
      b1 = madd(x, w1, b1);
      x = v128.load32_splat(at + twice);
      c0 = madd(x, w0, c0);
      c1 = madd(x, w1, c1);
      x = v128.load32_splat(at + thrice);
      d0 = madd(x, w0, d0);
      d1 = madd(x, w1, d1);
      w += PANEL << 2;
    }
    at = left2;
    end = at + (length2 << 2);
    apart = stride2;
  }
  write(result, n, column, columns, add, bias, a0, a1);
  write(result, n + 1, column, columns, add, bias, b0, b1);
  write(result, n + 2, column, columns, add, bias, c0, c1);
  write(result, n + 3, column, columns, add, bias, d0, d1);
}

function threeRows(
  left: usize,
  length: usize,
  stride: usize,
  left2: usize,
  length2: usize,
  stride2: usize,
  n: usize,
  panel: usize,
  add: bool,
  bias: usize,
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
  let at = left;
  let end = at + (length << 2);
  let apart = stride;
  for (let part = 0; part < 2; part++) {
    for (; at < end; at += 4) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let x = v128.load32_splat(at);
      a0 = madd(x, w0, a0);
      a1 = madd(x, w1, a1);
      x = v128.load32_splat(at + apart);
      b0 = madd(x, w0, b0);
      b1 = madd(x, w1, b1);
      x = v128.load32_splat(at + apart + apart);
      c0 = madd(x, w0, c0);
      c1 = madd(x, w1, c1);
      w += PANEL << 2;
    }
    at = left2;
    end = at + (length2 << 2);
    apart = stride2;
  }
  write(result, n, column, columns, add, bias, a0, a1);
  write(result, n + 1, column, columns, add, bias, b0, b1);
  write(result, n + 2, column, columns, add, bias, c0, c1);
}

/** Two panels at a time: the sums of one would wait for one another. */
function twoRows(
  left: usize,
  length: usize,
  stride: usize,
  left2: usize,
  length2: usize,
  stride2: usize,
  n: usize,
  panels: usize,
  bytes: usize,
  add: bool,
  bias: usize,
  result: usize,
  from: usize,
  columns: usize,
): void {
  for (let p: usize = 0; p < PANELS; p += 2) {
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let b0 = f32x4.splat(0);
    let b1 = f32x4.splat(0);
    let b2 = f32x4.splat(0);
    let b3 = f32x4.splat(0);
    let w = panels + p * bytes;
    let at = left;
    let end = at + (length << 2);
    let apart = stride;
    for (let part = 0; part < 2; part++) {
      for (; at < end; at += 4) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        const w2 = v128.load(w + bytes);
        const w3 = v128.load(w + bytes, 16);
        const x = v128.load32_splat(at);
        a0 = madd(x, w0, a0);
        a1 = madd(x, w1, a1);
        a2 = madd(x, w2, a2);
        a3 = madd(x, w3, a3);
        const y = v128.load32_splat(at + apart);
        b0 = madd(y, w0, b0);
        b1 = madd(y, w1, b1);
        b2 = madd(y, w2, b2);
        b3 = madd(y, w3, b3);
        w += PANEL << 2;
      }
      at = left2;
      end = at + (length2 << 2);
      apart = stride2;
    }
    const column = from + p * PANEL;
    write(result, n, column, columns, add, bias, a0, a1);
    write(result, n, column + PANEL, columns, add, bias, a2, a3);
    write(result, n + 1, column, columns, add, bias, b0, b1);
    write(result, n + 1, column + PANEL, columns, add, bias, b2, b3);
  }
}

/** All four panels at a time. */
function oneRow(
  left: usize,
  length: usize,
  left2: usize,
  length2: usize,
  n: usize,
  panels: usize,
  bytes: usize,
  add: bool,
  bias: usize,
  result: usize,
  from: usize,
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
  let at = left;
  let end = at + (length << 2);
  for (let part = 0; part < 2; part++) {
    for (; at < end; at += 4) {
      const x = v128.load32_splat(at);
      const w2 = w + bytes;
      const w4 = w2 + bytes;
      const w6 = w4 + bytes;
      a0 = madd(x, v128.load(w), a0);
      a1 = madd(x, v128.load(w, 16), a1);
      a2 = madd(x, v128.load(w2), a2);
      a3 = madd(x, v128.load(w2, 16), a3);
      a4 = madd(x, v128.load(w4), a4);
      a5 = madd(x, v128.load(w4, 16), a5);
      a6 = madd(x, v128.load(w6), a6);
      a7 = madd(x, v128.load(w6, 16), a7);
      w += PANEL << 2;
    }
    at = left2;
    end = at + (length2 << 2);
  }
  write(result, n, from, columns, add, bias, a0, a1);
  write(result, n, from + PANEL, columns, add, bias, a2, a3);
  write(result, n, from + 2 * PANEL, columns, add, bias, a4, a5);
  write(result, n, from + 3 * PANEL, columns, add, bias, a6, a7);
}
