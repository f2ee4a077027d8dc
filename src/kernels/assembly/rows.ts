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
