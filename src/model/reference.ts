/**
 * Reference arithmetic in plain TypeScript and double precision: a matrix product and one step of each cell. Self-checks
 * compare engines and kernels with it. It is slow, and made for small sizes. Matrices are row by row.
 */

import { CELL_WEIGHTS, type CellName } from './architecture.ts';

/** a [m, k] · b [k, n] = [m, n]. */
export function referenceProduct(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  m: number,
  k: number,
  n: number,
): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let inner = 0; inner < k; inner++) sum += read(a, row * k + inner) * read(b, inner * n + column);
    return sum;
  });
}

/**
 * One step of a cell for each row, from the shares of its input `zx` and of its recurrent product `zh` [rows, g·H] and
 * the states before it [rows, H], h first. Gates are in the order of the checkpoint: i, f, g, o for LSTM (Hochreiter and
 * Schmidhuber 1997, with a forget gate), z, r, n for GRU (Cho et al. 2014, reset after the product). Returns the states.
 */
export function referenceStep(
  cell: CellName,
  hidden: number,
  zx: ArrayLike<number>,
  zh: ArrayLike<number>,
  states: readonly ArrayLike<number>[],
): Float64Array[] {
  const [h = [], c = []] = states;
  const next = states.map(({ length }) => new Float64Array(length));
  for (let at = 0; at < h.length; at++) {
    const gate = (g: number) => {
      const first = Math.floor(at / hidden) * CELL_WEIGHTS[cell].gates * hidden + (at % hidden);
      return { x: read(zx, first + g * hidden), h: read(zh, first + g * hidden) };
    };
    const sum = (g: number) => gate(g).x + gate(g).h;
    for (const [i, value] of stepOne(cell, sum, gate, read(h, at), c[at] ?? 0).entries()) {
      const state = next[i];
      if (state) state[at] = value;
    }
  }
  return next;
}

function stepOne(
  cell: CellName,
  sum: (gate: number) => number,
  gate: (gate: number) => { readonly x: number; readonly h: number },
  h: number,
  c: number,
): number[] {
  switch (cell) {
    case 'lstm': {
      const cell = sigmoid(sum(1)) * c + sigmoid(sum(0)) * Math.tanh(sum(2));
      return [sigmoid(sum(3)) * Math.tanh(cell), cell];
    }
    case 'gru': {
      const [z, r] = [sigmoid(sum(0)), sigmoid(sum(1))];
      const n = Math.tanh(gate(2).x + r * gate(2).h);
      return [n + z * (h - n)];
    }
    case 'rnn':
      return [Math.tanh(sum(0))];
  }
}

/** The largest absolute difference of two arrays; NaN if a number is NaN or the lengths differ. */
export function largestDeviation(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    // Math.max returns NaN if one of its arguments is NaN.
    largest = Math.max(largest, Math.abs(read(actual, i) - read(expected, i)));
  }
  return largest;
}

function read(values: ArrayLike<number>, at: number): number {
  const value = values[at];
  if (value === undefined) throw new RangeError(`there is no number at ${at}`);
  return value;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
