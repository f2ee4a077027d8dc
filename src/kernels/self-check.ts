/**
 * Checks that our WebAssembly kernels compute correctly: a matrix product, one step of each cell, and output logits on
 * fixed random numbers, compared with plain TypeScript in double precision. It finds a faulty build of the kernels or a
 * processor or JavaScript engine that computes their vector instructions wrongly.
 */

import { CELL_NAMES, CELL_WEIGHTS, type CellName } from '../model/architecture.ts';
import { Random } from '../model/random.ts';
import { largestDeviation, referenceProduct, referenceStep } from '../model/reference.ts';
import { OperatorError } from '../system/operator-error.ts';
import { Kernels } from './kernels.ts';

/** The sums of this check stay within 1e-6 in single precision. */
const TOLERANCE = 1e-4;

const ROWS = 5;
/** No multiples of the kernels' vectors and tiles, so that remainders are checked too. */
const HIDDEN = 13;
const INPUTS = 21;
const VOCABULARY = 43;

/** Byte offsets of the fields of a draw that this check sets; `assembly/draw.ts` defines them. */
const DRAW = { bytes: 128, logits: 0, ids: 4, count: 8, hidden: 32, outcome: 88 } as const;

/** The kernels computed a wrong number. */
export class KernelError extends OperatorError {
  override readonly name = 'KernelError';
}

/** Checks the kernels of this thread. Throws {@link KernelError} with the deviation if a result is wrong. */
export function checkKernels(kernels = new Kernels()): void {
  try {
    const random = new Random(3);
    checkProduct(kernels, random);
    for (const cell of CELL_NAMES) checkStep(kernels, random, cell);
    checkLogits(kernels, random);
  } finally {
    kernels.dispose();
  }
}

/** [first, second] · weights + bias. */
function checkProduct(kernels: Kernels, random: Random): void {
  const [first, second] = [numbers(random, ROWS * INPUTS), numbers(random, ROWS * HIDDEN)];
  const weights = numbers(random, (INPUTS + HIDDEN) * VOCABULARY);
  const bias = numbers(random, VOCABULARY);
  const result = kernels.reserve(ROWS * VOCABULARY);
  kernels.multiply(
    ROWS,
    { at: kernels.keep(first), width: INPUTS },
    { at: kernels.keep(second), width: HIDDEN },
    kernels.pack(weights, INPUTS + HIDDEN),
    kernels.keep(bias),
    result,
    VOCABULARY,
  );
  kernels.run();

  const split = INPUTS * VOCABULARY;
  const left = referenceProduct(first, weights.subarray(0, split), ROWS, INPUTS, VOCABULARY);
  const right = referenceProduct(second, weights.subarray(split), ROWS, HIDDEN, VOCABULARY);
  const expected = left.map((sum, at) => sum + (right[at] ?? 0) + (bias[at % VOCABULARY] ?? 0));
  compare('a matrix product', kernels.floats(result, ROWS * VOCABULARY), expected);
}

/** The recurrent product and the gates of one step. */
function checkStep(kernels: Kernels, random: Random, cell: CellName): void {
  const width = CELL_WEIGHTS[cell].gates * HIDDEN;
  const zx = numbers(random, ROWS * width);
  const recurrent = numbers(random, HIDDEN * width);
  const states = Array.from({ length: CELL_WEIGHTS[cell].states }, () => numbers(random, ROWS * HIDDEN));
  const [h = new Float32Array()] = states;
  const places = states.map((state) => kernels.keep(state));
  const [hPlace = 0] = places;
  const product = kernels.reserve(ROWS * width);
  const ownRow = kernels.keep(Int32Array.from({ length: ROWS }, (_, row) => row));
  kernels.multiply(
    ROWS,
    { at: hPlace, width: HIDDEN },
    null,
    kernels.pack(recurrent, HIDDEN),
    0,
    product,
    width,
  );
  kernels.gates(cell, ROWS, HIDDEN, kernels.keep(zx), ownRow, product, places);
  kernels.run();

  const zh = referenceProduct(h, recurrent, ROWS, HIDDEN, width);
  const expected = referenceStep(cell, HIDDEN, zx, zh, states);
  for (const [i, place] of places.entries()) {
    compare(`one step of the ${cell} cell`, kernels.floats(place, ROWS * HIDDEN), expected[i] ?? []);
  }
}

/** The logits of all tokens after one row, and the token with the highest logit, which temperature 0 draws. */
function checkLogits(kernels: Kernels, random: Random): void {
  const hidden = numbers(random, HIDDEN);
  const weights = numbers(random, VOCABULARY * HIDDEN);
  const bias = numbers(random, VOCABULARY);
  const logits = kernels.reserve(VOCABULARY);
  kernels.reserveScratch(Math.ceil(VOCABULARY / 4) * 4);
  const list = kernels.reserve(DRAW.bytes / 4);
  const draw = kernels.view(list, DRAW.bytes);
  draw.setInt32(DRAW.logits, logits, true);
  draw.setInt32(DRAW.ids, kernels.keep(Int32Array.from({ length: VOCABULARY }, (_, id) => id)), true);
  draw.setInt32(DRAW.count, VOCABULARY, true);
  draw.setInt32(DRAW.hidden, kernels.keep(hidden), true);
  kernels.draws(list, 1, { width: HIDDEN, weights: kernels.keep(weights), bias: kernels.keep(bias) });
  kernels.run();

  const sums = referenceProduct(weights, hidden, VOCABULARY, HIDDEN, 1);
  const expected = sums.map((sum, id) => sum + (bias[id] ?? 0));
  compare('a row of output logits', kernels.floats(logits, VOCABULARY), expected);
  // The memory may have grown since `draw` was made. A new view reads the current memory.
  const drawn = kernels.view(list, DRAW.bytes).getInt32(DRAW.outcome, true);
  const likeliest = expected.indexOf(Math.max(...expected));
  if (drawn !== likeliest) throw failure(`the draw at temperature 0 is token ${drawn}, not ${likeliest}`);
}

function compare(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const deviation = largestDeviation(actual, expected);
  // A NaN compares false with everything and must fail the check.
  if (!(deviation <= TOLERANCE)) throw failure(`${what} is off by ${deviation}`);
}

function failure(finding: string): KernelError {
  return new KernelError(
    `The WebAssembly kernels compute wrong results: ${finding}; npm run build compiles them anew`,
  );
}

function numbers(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.uniform() * 2 - 1);
}
