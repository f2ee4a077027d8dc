/**
 * The gradients of the gates of `gates-forward.ts`. Each function computes rows `from` to `to` − 1 of one time step.
 *
 * `z` [rows, gH] holds the gates' values, and afterwards the gradient by their sums. `dh` [rows, H] is the gradient by
 * the output of the step. H is `hidden`, g the number of gates.
 */
import { read, write } from '../gates';
import { tanh } from '../math';

/** The derivative of the sigmoid, from its value y: y(1 − y). */
@inline
function slope(y: v128): v128 {
  return f32x4.sub(y, f32x4.mul(y, y));
}

/** The derivative of tanh, from its value y: 1 − y². */
@inline
function oneMinusSquare(y: v128): v128 {
  return f32x4.sub(f32x4.splat(1), f32x4.mul(y, y));
}

/** LSTM. `dc` [rows, H] is the gradient by c after the step, and afterwards by c before it. */
export function lstmBackward(
  from: i32,
  to: i32,
  hidden: i32,
  z: usize,
  cBefore: usize,
  cAfter: usize,
  dh: usize,
  dc: usize,
): void {
  const stride = <usize>hidden << 2;
  for (let n = from; n < to; n++) {
    let at = <usize>n * stride;
    let gate = z + 4 * at;
    for (let k = 0; k < hidden; ) {
      const four = k + 4 <= hidden;
      const i = read(gate, four);
      const f = read(gate + stride, four);
      const g = read(gate + 2 * stride, four);
      const o = read(gate + 3 * stride, four);
      const out = read(dh + at, four);
      const squashed = tanh(read(cAfter + at, four));
      const inner = f32x4.mul(f32x4.mul(out, o), oneMinusSquare(squashed));
      const dNext = f32x4.add(read(dc + at, four), inner);
      write(gate, f32x4.mul(f32x4.mul(dNext, g), slope(i)), four);
      write(gate + stride, f32x4.mul(f32x4.mul(dNext, read(cBefore + at, four)), slope(f)), four);
      write(gate + 2 * stride, f32x4.mul(f32x4.mul(dNext, i), oneMinusSquare(g)), four);
      write(gate + 3 * stride, f32x4.mul(f32x4.mul(out, squashed), slope(o)), four);
      write(dc + at, f32x4.mul(dNext, f), four);
      const step = four ? 4 : 1;
      k += step;
      gate += step << 2;
      at += step << 2;
    }
  }
}

/**
 * GRU. `recurrent` [rows, 3H] is the recurrent product, and afterwards the gradient by it. The gradient that reaches h
 * before the step without passing a product is added to `dhBefore` [rows, H]; 0 stands for none.
 */
export function gruBackward(
  from: i32,
  to: i32,
  hidden: i32,
  z: usize,
  recurrent: usize,
  hBefore: usize,
  dh: usize,
  dhBefore: usize,
): void {
  const stride = <usize>hidden << 2;
  for (let row = from; row < to; row++) {
    let at = <usize>row * stride;
    let gate = z + 3 * at;
    let u = recurrent + 3 * at;
    for (let k = 0; k < hidden; ) {
      const four = k + 4 <= hidden;
      const update = read(gate, four);
      const reset = read(gate + stride, four);
      const n = read(gate + 2 * stride, four);
      const out = read(dh + at, four);
      const un = read(u + 2 * stride, four);
      const h = read(hBefore + at, four);
      const dn = f32x4.mul(f32x4.mul(out, f32x4.sub(f32x4.splat(1), update)), oneMinusSquare(n));
      const dUpdate = f32x4.mul(f32x4.mul(out, f32x4.sub(h, n)), slope(update));
      const dReset = f32x4.mul(f32x4.mul(dn, un), slope(reset));
      write(gate, dUpdate, four);
      write(gate + stride, dReset, four);
      write(gate + 2 * stride, dn, four);
      write(u, dUpdate, four);
      write(u + stride, dReset, four);
      write(u + 2 * stride, f32x4.mul(dn, reset), four);
      if (dhBefore) {
        write(dhBefore + at, f32x4.add(read(dhBefore + at, four), f32x4.mul(out, update)), four);
      }
      const step = four ? 4 : 1;
      k += step;
      gate += step << 2;
      u += step << 2;
      at += step << 2;
    }
  }
}

/** Simple cell. */
export function rnnBackward(from: i32, to: i32, hidden: i32, z: usize, dh: usize): void {
  const start = <usize>from * <usize>hidden * 4;
  const end = <usize>to * <usize>hidden * 4;
  for (let at = start; at < end; ) {
    const four = at + 16 <= end;
    write(z + at, f32x4.mul(read(dh + at, four), oneMinusSquare(read(z + at, four))), four);
    at += four ? 16 : 4;
  }
}
