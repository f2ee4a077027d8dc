/**
 * Products of matrices: rows [rows, K] by weights [K, M]. Each number of a product is the sum over k in one order,
 * whatever the other rows are, so a row's results never depend on its neighbours.
 *
 * Weights are packed: groups of four panels, a panel eight columns, all k of a panel after one another
 * ([groups][4][K][8]), columns beyond M zero. The accumulators of a tile fill the registers; the weights of a panel stay
 * in the first cache while the rows pass by.
 */

const PANEL: usize = 8;
/** Panels that one piece of work takes at once, and their columns. */
const PANELS: usize = 4;

/** a · b + c, in two roundings: one instruction for both would round as the processor likes. */
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
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
  const bytes = (k + k2) * PANEL * 4;
  const panels = weights + <usize>group * PANELS * bytes;
  const from = <usize>group * PANELS * PANEL;
  const whole = rows & ~3;
  for (let p: usize = 0; p < PANELS; p++) {
    const panel = panels + p * bytes;
    for (let n: usize = 0; n < whole; n += 4) {
      fourRows(left, k, left2, k2, n, panel, bias, result, from + p * PANEL, columns);
    }
    if (rows - whole == 3)
      threeRows(left, k, left2, k2, whole, panel, bias, result, from + p * PANEL, columns);
  }
  if (rows - whole == 2) twoRows(left, k, left2, k2, whole, panels, bytes, bias, result, from, columns);
  if (rows - whole == 1) oneRow(left, k, left2, k2, whole, panels, bytes, bias, result, from, columns);
}

/** Writes eight columns of a row, as many of them as there are. */
@inline
function write(result: usize, n: usize, column: usize, columns: usize, bias: usize, a: v128, b: v128): void {
  const at = result + ((n * columns + column) << 2);
  if (column + PANEL <= columns) {
    if (bias) {
      const from = bias + (column << 2);
      v128.store(at, f32x4.add(a, v128.load(from)));
      v128.store(at, f32x4.add(b, v128.load(from, 16)), 16);
    } else {
      v128.store(at, a);
      v128.store(at, b, 16);
    }
    return;
  }
  let four = a;
  for (let m: usize = 0; m < PANEL && column + m < columns; m++) {
    if (m == 4) four = b;
    const added = bias ? load<f32>(bias + ((column + m) << 2)) : 0;
    store<f32>(at + (m << 2), f32x4.extract_lane(four, 0) + added);
    four = i8x16.shuffle(four, four, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
  }
}

function fourRows(
  left: usize,
  k: usize,
  left2: usize,
  k2: usize,
  n: usize,
  panel: usize,
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
  let stride = k << 2;
  let at = left + n * stride;
  for (let part = 0; part < 2; part++) {
    const end = at + stride;
    const twice = stride + stride;
    const thrice = twice + stride;
    for (; at < end; at += 4) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let x = v128.load32_splat(at);
      a0 = madd(x, w0, a0);
      a1 = madd(x, w1, a1);
      x = v128.load32_splat(at + stride);
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
    stride = k2 << 2;
    at = left2 + n * stride;
  }
  write(result, n, column, columns, bias, a0, a1);
  write(result, n + 1, column, columns, bias, b0, b1);
  write(result, n + 2, column, columns, bias, c0, c1);
  write(result, n + 3, column, columns, bias, d0, d1);
}

function threeRows(
  left: usize,
  k: usize,
  left2: usize,
  k2: usize,
  n: usize,
  panel: usize,
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
  let stride = k << 2;
  let at = left + n * stride;
  for (let part = 0; part < 2; part++) {
    const end = at + stride;
    for (; at < end; at += 4) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let x = v128.load32_splat(at);
      a0 = madd(x, w0, a0);
      a1 = madd(x, w1, a1);
      x = v128.load32_splat(at + stride);
      b0 = madd(x, w0, b0);
      b1 = madd(x, w1, b1);
      x = v128.load32_splat(at + stride + stride);
      c0 = madd(x, w0, c0);
      c1 = madd(x, w1, c1);
      w += PANEL << 2;
    }
    stride = k2 << 2;
    at = left2 + n * stride;
  }
  write(result, n, column, columns, bias, a0, a1);
  write(result, n + 1, column, columns, bias, b0, b1);
  write(result, n + 2, column, columns, bias, c0, c1);
}

/** Two panels at a time: the sums of one would wait for one another. */
function twoRows(
  left: usize,
  k: usize,
  left2: usize,
  k2: usize,
  n: usize,
  panels: usize,
  bytes: usize,
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
    let stride = k << 2;
    let at = left + n * stride;
    for (let part = 0; part < 2; part++) {
      const end = at + stride;
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
        const y = v128.load32_splat(at + stride);
        b0 = madd(y, w0, b0);
        b1 = madd(y, w1, b1);
        b2 = madd(y, w2, b2);
        b3 = madd(y, w3, b3);
        w += PANEL << 2;
      }
      stride = k2 << 2;
      at = left2 + n * stride;
    }
    const column = from + p * PANEL;
    write(result, n, column, columns, bias, a0, a1);
    write(result, n, column + PANEL, columns, bias, a2, a3);
    write(result, n + 1, column, columns, bias, b0, b1);
    write(result, n + 1, column + PANEL, columns, bias, b2, b3);
  }
}

/** All four panels at a time. */
function oneRow(
  left: usize,
  k: usize,
  left2: usize,
  k2: usize,
  n: usize,
  panels: usize,
  bytes: usize,
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
  let stride = k << 2;
  let at = left + n * stride;
  for (let part = 0; part < 2; part++) {
    const end = at + stride;
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
    stride = k2 << 2;
    at = left2 + n * stride;
  }
  write(result, n, from, columns, bias, a0, a1);
  write(result, n, from + PANEL, columns, bias, a2, a3);
  write(result, n, from + 2 * PANEL, columns, bias, a4, a5);
  write(result, n, from + 3 * PANEL, columns, bias, a6, a7);
}
