/**
 * The gates of the recurrent cells in training. They are those of `../gates.ts`, and keep what the backward pass needs.
 * Each function computes rows `from` to `to` − 1 of one time step.
 *
 * `z` [rows, gH] holds the sums at the gates, and afterwards the gates' values. `...Before` is the state before the step,
 * `...After` the one after it, [rows, H] each. H is `hidden`, g the number of gates.
 */
import { read, write } from '../gates';
import { sigmoid, tanh } from '../math';

/** LSTM. Gates i, f, g, o: c' = f∘c + i∘g, h' = o∘tanh(c'). */
export function lstmForward(
  from: i32,
  to: i32,
  hidden: i32,
  z: usize,
  cBefore: usize,
  cAfter: usize,
  hAfter: usize,
): void {
  const stride = <usize>hidden << 2;
  for (let n = from; n < to; n++) {
    let at = <usize>n * stride;
    let gate = z + 4 * at;
    for (let k = 0; k < hidden; ) {
      const four = k + 4 <= hidden;
      const i = sigmoid(read(gate, four));
      const f = sigmoid(read(gate + stride, four));
      const g = tanh(read(gate + 2 * stride, four));
      const o = sigmoid(read(gate + 3 * stride, four));
      const next = f32x4.add(f32x4.mul(f, read(cBefore + at, four)), f32x4.mul(i, g));
      write(gate, i, four);
      write(gate + stride, f, four);
      write(gate + 2 * stride, g, four);
      write(gate + 3 * stride, o, four);
      write(cAfter + at, next, four);
      write(hAfter + at, f32x4.mul(o, tanh(next)), four);
      const step = four ? 4 : 1;
      k += step;
      gate += step << 2;
      at += step << 2;
    }
  }
}

/** GRU. Gates z, r, n: h' = n + z∘(h − n). `recurrent` [rows, 3H] is the recurrent product; r scales its third part. */
export function gruForward(
  from: i32,
  to: i32,
  hidden: i32,
  z: usize,
  recurrent: usize,
  hBefore: usize,
  hAfter: usize,
): void {
  const stride = <usize>hidden << 2;
  for (let row = from; row < to; row++) {
    let at = <usize>row * stride;
    let gate = z + 3 * at;
    let u = recurrent + 3 * at;
    for (let k = 0; k < hidden; ) {
      const four = k + 4 <= hidden;
      const update = sigmoid(f32x4.add(read(gate, four), read(u, four)));
      const reset = sigmoid(f32x4.add(read(gate + stride, four), read(u + stride, four)));
      const inner = f32x4.mul(reset, read(u + 2 * stride, four));
      const n = tanh(f32x4.add(read(gate + 2 * stride, four), inner));
      write(gate, update, four);
      write(gate + stride, reset, four);
      write(gate + 2 * stride, n, four);
      const h = read(hBefore + at, four);
      write(hAfter + at, f32x4.add(n, f32x4.mul(update, f32x4.sub(h, n))), four);
      const step = four ? 4 : 1;
      k += step;
      gate += step << 2;
      u += step << 2;
      at += step << 2;
    }
  }
}

/** Simple cell: h' = tanh(z). */
export function rnnForward(from: i32, to: i32, hidden: i32, z: usize, hAfter: usize): void {
  const start = <usize>from * <usize>hidden * 4;
  const end = <usize>to * <usize>hidden * 4;
  for (let at = start; at < end; ) {
    const four = at + 16 <= end;
    const h = tanh(read(z + at, four));
    write(z + at, h, four);
    write(hAfter + at, h, four);
    at += four ? 16 : 4;
  }
}
