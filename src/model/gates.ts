/**
 * The cells' gates in plain TypeScript, for decoding: what is left of a step once its products are made.
 *
 * While decoding, a step's few thousand gate values cost less here than the dozen small tensor operations that
 * the cells make of them, each of which is a call into the engine. The cells stay the definition: a test
 * compares every gate function with its cell. Nothing here depends on a row's neighbours.
 */

import type { CellName } from './architecture.ts';

const STEPS_PER_UNIT = 64;
/** tanh is ±1 to within 4e-8, half a unit in the last place of a float32, from here on. */
const SATURATION = 9;
const TABLE = Float64Array.from({ length: 2 * SATURATION * STEPS_PER_UNIT + 1 }, (_, i) =>
  Math.tanh(i / STEPS_PER_UNIT - SATURATION),
);

/**
 * tanh x to within 4e-8, several times as fast as Math.tanh: Taylor's third order about the table's nearest point
 * below, with tanh' = 1 − tanh². Both signs have their table, as a branch on the sign would be guessed wrong half
 * the time. NaN stays NaN.
 */
export function tanh(x: number): number {
  const scaled = (Math.min(Math.max(x, -SATURATION), SATURATION) + SATURATION) * STEPS_PER_UNIT;
  const i = scaled | 0;
  const d = (scaled - i) * (1 / STEPS_PER_UNIT);
  const y = TABLE[i] as number;
  const y2 = y * y;
  return y + d * (1 - y2) * (1 - d * (y + d * (1 / 3 - y2)));
}

/** The logistic function 1 / (1 + e⁻ˣ), as accurate as {@link tanh}. */
export function sigmoid(x: number): number {
  return 0.5 + 0.5 * tanh(0.5 * x);
}

/** One row's share of a step. H is the hidden size, g the number of gates. */
export interface GateRow {
  /** The input's product plus the bias: gH values from `zxAt`. */
  zx: Float32Array;
  zxAt: number;
  /** The product of h with the recurrent kernel, its bias included: gH values from `uAt`. */
  u: Float32Array;
  uAt: number;
  /** The states, h first: H values each from `at`, overwritten with the new ones. */
  states: readonly Float32Array[];
  at: number;
}

type Gates = (row: GateRow, hidden: number) => void;

function lstm(row: GateRow, hidden: number): void {
  const { zx, u } = row;
  const h = row.states[0] as Float32Array;
  const c = row.states[1] as Float32Array;
  let x = row.zxAt;
  let y = row.uAt;
  for (let k = row.at; k < row.at + hidden; k++, x++, y++) {
    const i = sigmoid((zx[x] as number) + (u[y] as number));
    const f = sigmoid((zx[x + hidden] as number) + (u[y + hidden] as number));
    const g = tanh((zx[x + 2 * hidden] as number) + (u[y + 2 * hidden] as number));
    const o = sigmoid((zx[x + 3 * hidden] as number) + (u[y + 3 * hidden] as number));
    const next = f * (c[k] as number) + i * g;
    c[k] = next;
    h[k] = o * tanh(next);
  }
}

function gru(row: GateRow, hidden: number): void {
  const { zx, u } = row;
  const h = row.states[0] as Float32Array;
  let x = row.zxAt;
  let y = row.uAt;
  for (let k = row.at; k < row.at + hidden; k++, x++, y++) {
    const z = sigmoid((zx[x] as number) + (u[y] as number));
    const r = sigmoid((zx[x + hidden] as number) + (u[y + hidden] as number));
    const n = tanh((zx[x + 2 * hidden] as number) + r * (u[y + 2 * hidden] as number));
    h[k] = n + z * ((h[k] as number) - n);
  }
}

function rnn(row: GateRow, hidden: number): void {
  const { zx, u, zxAt, uAt, at } = row;
  const h = row.states[0] as Float32Array;
  for (let k = 0; k < hidden; k++) h[at + k] = tanh((zx[zxAt + k] as number) + (u[uAt + k] as number));
}

export const GATES: { readonly [name in CellName]: Gates } = { lstm, gru, rnn };
