/** Simple operations on the rows of a matrix. Pointers are bytes from the beginning of the memory. */

/** Copies row `index[n]` of `matrix` [_, width] to row n of `gathered` [_, width], for n from `from` to `to` − 1. */
export function gather(matrix: usize, index: usize, from: i32, to: i32, width: usize, gathered: usize): void {
  const stride = width << 2;
  for (let n = from; n < to; n++) {
    const row = <usize>load<i32>(index + (<usize>n << 2));
    memory.copy(gathered + <usize>n * stride, matrix + row * stride, stride);
  }
}

/** Adds `bias` [width] to rows `from` to `to` − 1 of `matrix` [_, width]. */
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

/**
 * For n from `from` to `to` − 1, with i = `index[n]`, j = `other[n]` and w = `weights[n]`: row i of `matrix` [_, width] plus
 * w · (row i − row j) becomes row n of `guided` [_, width].
 */
export function guide(
  matrix: usize,
  index: usize,
  other: usize,
  weights: usize,
  from: i32,
  to: i32,
  width: usize,
  guided: usize,
): void {
  const stride = width << 2;
  const wholeEnd = (width & ~3) << 2;
  for (let n = from; n < to; n++) {
    const weight = load<f32>(weights + (<usize>n << 2));
    const row = matrix + <usize>load<i32>(index + (<usize>n << 2)) * stride;
    const away = matrix + <usize>load<i32>(other + (<usize>n << 2)) * stride;
    const result = guided + <usize>n * stride;
    const weightLanes = f32x4.splat(weight);
    let at: usize = 0;
    for (; at < wholeEnd; at += 16) {
      const value = v128.load(row + at);
      const difference = f32x4.sub(value, v128.load(away + at));
      v128.store(result + at, f32x4.add(value, f32x4.mul(weightLanes, difference)));
    }
    for (; at < stride; at += 4) {
      const value = load<f32>(row + at);
      store<f32>(result + at, value + weight * (value - load<f32>(away + at)));
    }
  }
}
