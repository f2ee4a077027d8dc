/** What of the projection the engines leave to us. */

/**
 * The logits of `count` tokens `ids` after one row: `logits[id]` = y · weights[id] + bias[id], with y [width] and
 * weights [V, width]. Other logits are left as they were.
 */
export function columns(
  y: usize,
  width: i32,
  weights: usize,
  bias: usize,
  ids: usize,
  count: i32,
  logits: usize,
): void {
  const stride = (<usize>width) << 2;
  const wholeEnd = (<usize>(width & ~15)) << 2;
  for (let n = 0; n < count; n++) {
    const id = <usize>load<i32>(ids + ((<usize>n) << 2));
    const row = weights + id * stride;
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let at: usize = 0;
    for (; at < wholeEnd; at += 64) {
      a = f32x4.add(a, f32x4.mul(v128.load(y + at), v128.load(row + at)));
      b = f32x4.add(b, f32x4.mul(v128.load(y + at, 16), v128.load(row + at, 16)));
      c = f32x4.add(c, f32x4.mul(v128.load(y + at, 32), v128.load(row + at, 32)));
      d = f32x4.add(d, f32x4.mul(v128.load(y + at, 48), v128.load(row + at, 48)));
    }
    const four = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    let sum =
      f32x4.extract_lane(four, 0) +
      f32x4.extract_lane(four, 1) +
      (f32x4.extract_lane(four, 2) + f32x4.extract_lane(four, 3));
    for (; at < stride; at += 4) sum += load<f32>(y + at) * load<f32>(row + at);
    store<f32>(logits + (id << 2), sum + load<f32>(bias + (id << 2)));
  }
}

/** Copies rows `index[from]` to `index[to]` of `matrix` [_, width] to rows `from` to `to` of `gathered`. */
export function gather(matrix: usize, index: usize, from: i32, to: i32, width: usize, gathered: usize): void {
  const stride = width << 2;
  for (let n = from; n < to; n++) {
    const row = <usize>load<i32>(index + (<usize>n << 2));
    memory.copy(gathered + <usize>n * stride, matrix + row * stride, stride);
  }
}

/** Adds `bias` [width] to rows `from` to `to` of `matrix` [rows, width]. */
export function addBias(matrix: usize, from: i32, to: i32, width: i32, bias: usize): void {
  const stride = <usize>width << 2;
  const wholeEnd = <usize>(width & ~3) << 2;
  for (let n = from; n < to; n++) {
    const row = matrix + <usize>n * stride;
    let at: usize = 0;
    for (; at < wholeEnd; at += 16) v128.store(row + at, f32x4.add(v128.load(row + at), v128.load(bias + at)));
    for (; at < stride; at += 4) store<f32>(row + at, load<f32>(row + at) + load<f32>(bias + at));
  }
}
