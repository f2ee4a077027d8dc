/** Logits of single tokens, for slots that allow so few that the whole output product would be a waste. */

/**
 * For each of `count` token ids: `logits[id]` = hidden · weights[id] + bias[id], with `hidden` [width], `weights`
 * [V, width], `bias` [V] and `logits` [V]. Other logits stay as they are.
 */
export function tokenLogits(
  hidden: usize,
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
      a = f32x4.add(a, f32x4.mul(v128.load(hidden + at), v128.load(row + at)));
      b = f32x4.add(b, f32x4.mul(v128.load(hidden + at, 16), v128.load(row + at, 16)));
      c = f32x4.add(c, f32x4.mul(v128.load(hidden + at, 32), v128.load(row + at, 32)));
      d = f32x4.add(d, f32x4.mul(v128.load(hidden + at, 48), v128.load(row + at, 48)));
    }
    const four = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    let sum =
      f32x4.extract_lane(four, 0) +
      f32x4.extract_lane(four, 1) +
      (f32x4.extract_lane(four, 2) + f32x4.extract_lane(four, 3));
    for (; at < stride; at += 4) sum += load<f32>(hidden + at) * load<f32>(row + at);
    store<f32>(logits + (id << 2), sum + load<f32>(bias + (id << 2)));
  }
}
