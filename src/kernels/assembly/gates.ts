/**
 * The gates of the recurrent cells: what remains of a step once its matrix products are made. Each function computes the
 * rows `from` to `to` − 1 of a batch and overwrites their states.
 *
 * `inputs` holds the input products [_, gH], bias included: row n of the batch uses row `index[n]`. `recurrent` holds the
 * recurrent products [rows, gH], `h` and `c` the states [rows, H]. H is `hidden`, g the number of gates. All are float32,
 * row by row; pointers are bytes from the beginning of the memory. A row's result depends on that row alone.
 */
import { sigmoid, tanh } from './math';

/** Four numbers; or, if fewer than four are left in the row, one number four times. */
@inline
export function read(at: usize, four: bool): v128 {
  return four ? v128.load(at) : v128.load32_splat(at);
}

@inline
export function write(at: usize, value: v128, four: bool): void {
  if (four) v128.store(at, value);
  else store<f32>(at, f32x4.extract_lane(value, 0));
}

/** LSTM. Gates i, f, g, o: c' = f∘c + i∘g, h' = o∘tanh(c'). */
export function lstm(
  from: i32,
  to: i32,
  hidden: i32,
  inputs: usize,
  index: usize,
  recurrent: usize,
  h: usize,
  c: usize,
): void {
  const stride = <usize>hidden << 2;
  for (let n = from; n < to; n++) {
    let x = inputs + <usize>load<i32>(index + (<usize>n << 2)) * 4 * stride;
    let y = recurrent + <usize>n * 4 * stride;
    let at = <usize>n * stride;
    let k = 0;
    while (k < hidden) {
      const four = k + 4 <= hidden;
      const i = sigmoid(f32x4.add(read(x, four), read(y, four)));
      const f = sigmoid(f32x4.add(read(x + stride, four), read(y + stride, four)));
      const g = tanh(f32x4.add(read(x + 2 * stride, four), read(y + 2 * stride, four)));
      const o = sigmoid(f32x4.add(read(x + 3 * stride, four), read(y + 3 * stride, four)));
      const next = f32x4.add(f32x4.mul(f, read(c + at, four)), f32x4.mul(i, g));
      write(c + at, next, four);
      write(h + at, f32x4.mul(o, tanh(next)), four);
      const step = four ? 4 : 1;
      k += step;
      x += step << 2;
      y += step << 2;
      at += step << 2;
    }
  }
}

/** GRU. Gates z, r, n: h' = n + z∘(h − n); r scales the recurrent product in n (the variant of cuDNN). */
export function gru(
  from: i32,
  to: i32,
  hidden: i32,
  inputs: usize,
  index: usize,
  recurrent: usize,
  h: usize,
): void {
  const stride = <usize>hidden << 2;
  for (let row = from; row < to; row++) {
    let x = inputs + <usize>load<i32>(index + (<usize>row << 2)) * 3 * stride;
    let y = recurrent + <usize>row * 3 * stride;
    let at = <usize>row * stride;
    let k = 0;
    while (k < hidden) {
      const four = k + 4 <= hidden;
      const z = sigmoid(f32x4.add(read(x, four), read(y, four)));
      const r = sigmoid(f32x4.add(read(x + stride, four), read(y + stride, four)));
      const inner = f32x4.mul(r, read(y + 2 * stride, four));
      const n = tanh(f32x4.add(read(x + 2 * stride, four), inner));
      write(h + at, f32x4.add(n, f32x4.mul(z, f32x4.sub(read(h + at, four), n))), four);
      const step = four ? 4 : 1;
      k += step;
      x += step << 2;
      y += step << 2;
      at += step << 2;
    }
  }
}

/** Simple cell: h' = tanh(input + recurrent). */
export function rnn(
  from: i32,
  to: i32,
  hidden: i32,
  inputs: usize,
  index: usize,
  recurrent: usize,
  h: usize,
): void {
  const stride = <usize>hidden << 2;
  for (let n = from; n < to; n++) {
    let x = inputs + <usize>load<i32>(index + (<usize>n << 2)) * stride;
    let at = <usize>n * stride;
    let k = 0;
    while (k < hidden) {
      const four = k + 4 <= hidden;
      write(h + at, tanh(f32x4.add(read(x, four), read(recurrent + at, four))), four);
      const step = four ? 4 : 1;
      k += step;
      x += step << 2;
      at += step << 2;
    }
  }
}
