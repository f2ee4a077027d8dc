/**
 * The inner loops of a product: so many rows by one panel of eight columns or by all four of a group, over a block of k.
 * They are written out one by one, alike as they are: only local variables of a known number stay in registers.
 *
 * `left` and `left2` are where the first row's numbers begin, `length` and `length2` how many they are, and `stride` and
 * `stride2` the bytes from a row to the next; `n` is the first row's number. The columns begin with `column`, or `from`.
 * What comes of it is written over `result`, or added to it if `add` says so; `bias` may be 0.
 */

export const PANEL: usize = 8;
/** Panels that one piece of work takes at once. */
export const PANELS: usize = 4;

/** a · b + c, rounded once wherever the processor can. */
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
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

export function fourRows(
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

export function threeRows(
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
export function twoRows(
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
export function oneRow(
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
