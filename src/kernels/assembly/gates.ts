/**
 * The cells' gates, for rows `from` to `to` of a batch: what is left of a step once its products are made.
 *
 * Row n's share of the input is row `index[n]` of `zx` (bias included), its share of the recurrent product row n of
 * `u`; the states are overwritten. All matrices are float32, row by row; H is `hidden`. Each number depends on its own
 * row alone.
 */
import { sigmoid, tanh } from './math';

/** Four numbers, or one of them four times where a row ends. */
@inline
function read(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load32_splat(at);
}

@inline
function write(at: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at, value);
  else store<f32>(at, f32x4.extract_lane(value, 0));
}

/** i, f, g, o; c' = f∘c + i∘g, h' = o∘tanh(c'). */
export function lstm(from: i32, to: i32, hidden: i32, zx: usize, index: usize, u: usize, h: usize, c: usize): void {
  const stride = <usize>hidden << 2;
  for (let n = from; n < to; n++) {
    let x = zx + <usize>load<i32>(index + (<usize>n << 2)) * 4 * stride;
    let y = u + <usize>n * 4 * stride;
    let at = <usize>n * stride;
    let k = 0;
    while (k < hidden) {
      const whole = k + 4 <= hidden;
      const i = sigmoid(f32x4.add(read(x, whole), read(y, whole)));
      const f = sigmoid(f32x4.add(read(x + stride, whole), read(y + stride, whole)));
      const g = tanh(f32x4.add(read(x + 2 * stride, whole), read(y + 2 * stride, whole)));
      const o = sigmoid(f32x4.add(read(x + 3 * stride, whole), read(y + 3 * stride, whole)));
      const next = f32x4.add(f32x4.mul(f, read(c + at, whole)), f32x4.mul(i, g));
      write(c + at, next, whole);
      write(h + at, f32x4.mul(o, tanh(next)), whole);
      const step = whole ? 4 : 1;
      k += step;
      x += step << 2;
      y += step << 2;
      at += step << 2;
    }
  }
}

/** z, r, n; h' = n + z∘(h − n), where r scales the recurrent share of n. */
export function gru(from: i32, to: i32, hidden: i32, zx: usize, index: usize, u: usize, h: usize): void {
  const stride = <usize>hidden << 2;
  for (let row = from; row < to; row++) {
    let x = zx + <usize>load<i32>(index + (<usize>row << 2)) * 3 * stride;
    let y = u + <usize>row * 3 * stride;
    let at = <usize>row * stride;
    let k = 0;
    while (k < hidden) {
      const whole = k + 4 <= hidden;
      const z = sigmoid(f32x4.add(read(x, whole), read(y, whole)));
      const r = sigmoid(f32x4.add(read(x + stride, whole), read(y + stride, whole)));
      const inner = f32x4.mul(r, read(y + 2 * stride, whole));
      const n = tanh(f32x4.add(read(x + 2 * stride, whole), inner));
      write(h + at, f32x4.add(n, f32x4.mul(z, f32x4.sub(read(h + at, whole), n))), whole);
      const step = whole ? 4 : 1;
      k += step;
      x += step << 2;
      y += step << 2;
      at += step << 2;
    }
  }
}

/** h' = tanh(zx + u). */
export function rnn(from: i32, to: i32, hidden: i32, zx: usize, index: usize, u: usize, h: usize): void {
  const stride = <usize>hidden << 2;
  for (let n = from; n < to; n++) {
    let x = zx + <usize>load<i32>(index + (<usize>n << 2)) * stride;
    let at = <usize>n * stride;
    let k = 0;
    while (k < hidden) {
      const whole = k + 4 <= hidden;
      write(h + at, tanh(f32x4.add(read(x, whole), read(u + at, whole))), whole);
      const step = whole ? 4 : 1;
      k += step;
      x += step << 2;
      at += step << 2;
    }
  }
}
