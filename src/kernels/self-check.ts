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

/** Rounding to whole numbers loses more. */
const INT16_TOLERANCE = 2e-2;

const ROWS = 5;
/** No multiples of the kernels' vectors and tiles, so that remainders are checked too. */
const HIDDEN = 13;
const INPUTS = 21;
const VOCABULARY = 43;

/** The kernels computed a wrong number. */
export class KernelError extends OperatorError {
  override readonly name = 'KernelError';
}

/** Checks the kernels of this thread. Throws {@link KernelError} with the deviation if a result is wrong. */
export function checkKernels(kernels = new Kernels()): void {
  try {
    const random = new Random(3);
    checkProduct(kernels, random);
    checkInt16Product(kernels, random);
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
  const result = kernels.memory.alloc(ROWS * VOCABULARY);
  kernels.operations.product(
    ROWS,
    { pointer: kernels.memory.upload(first), width: INPUTS },
    { pointer: kernels.memory.upload(second), width: HIDDEN },
    kernels.pack(weights, INPUTS + HIDDEN),
    kernels.memory.upload(bias),
    result,
    VOCABULARY,
  );
  kernels.run();

  const split = INPUTS * VOCABULARY;
  const left = referenceProduct(first, weights.subarray(0, split), ROWS, INPUTS, VOCABULARY);
  const right = referenceProduct(second, weights.subarray(split), ROWS, HIDDEN, VOCABULARY);
  const expected = left.map((sum, at) => sum + (right[at] ?? 0) + (bias[at % VOCABULARY] ?? 0));
  compare('a matrix product', kernels.memory.floats(result, ROWS * VOCABULARY), expected);
}

/** [first, second] · weights + bias, by whole numbers. */
function checkInt16Product(kernels: Kernels, random: Random): void {
  const { memory, operations } = kernels;
  const widths = [INPUTS, HIDDEN];
  const matrices = widths.map((width) => numbers(random, ROWS * width));
  const weights = numbers(random, (INPUTS + HIDDEN) * VOCABULARY);
  const bias = numbers(random, VOCABULARY);
  const result = memory.alloc(ROWS * VOCABULARY);
  const [first, second = null] = matrices.map((values, i) => {
    const width = widths[i] ?? 0;
    const quantized = kernels.newQuantizedMatrix(ROWS, width);
    operations.quantize(ROWS, { pointer: memory.upload(values), width }, quantized, false);
    return quantized;
  });
  if (!first) return;
  const packed = kernels.packInt16(weights, widths);
  operations.int16Product(ROWS, first, second, packed, memory.upload(bias), result, VOCABULARY);
  kernels.run();

  const sums = widths.map((width, i) => {
    const part = i === 0 ? weights.subarray(0, INPUTS * VOCABULARY) : weights.subarray(INPUTS * VOCABULARY);
    return referenceProduct(matrices[i] ?? [], part, ROWS, width, VOCABULARY);
  });
  const expected = (sums[0] ?? []).map(
    (sum, at) => sum + (sums[1]?.[at] ?? 0) + (bias[at % VOCABULARY] ?? 0),
  );
  const actual = memory.floats(result, ROWS * VOCABULARY);
  compare('a matrix product of whole numbers', actual, expected, INT16_TOLERANCE);
}

/** The recurrent product and the gates of one step. */
function checkStep(kernels: Kernels, random: Random, cell: CellName): void {
  const width = CELL_WEIGHTS[cell].gates * HIDDEN;
  const zx = numbers(random, ROWS * width);
  const recurrent = numbers(random, HIDDEN * width);
  const states = Array.from({ length: CELL_WEIGHTS[cell].states }, () => numbers(random, ROWS * HIDDEN));
  const [h = new Float32Array()] = states;
  const pointers = states.map((state) => kernels.memory.upload(state));
  const [hPointer = 0, cPointer = null] = pointers;
  const product = kernels.memory.alloc(ROWS * width);
  const ownRow = kernels.memory.upload(Int32Array.from({ length: ROWS }, (_, row) => row));
  kernels.operations.product(
    ROWS,
    { pointer: hPointer, width: HIDDEN },
    null,
    kernels.pack(recurrent, HIDDEN),
    0,
    product,
    width,
  );
  const after = { h: hPointer, c: cPointer };
  kernels.operations.gates(cell, ROWS, HIDDEN, kernels.memory.upload(zx), ownRow, product, after);
  kernels.run();

  const zh = referenceProduct(h, recurrent, ROWS, HIDDEN, width);
  const expected = referenceStep(cell, HIDDEN, zx, zh, states);
  for (const [i, pointer] of pointers.entries()) {
    compare(`one step of the ${cell} cell`, kernels.memory.floats(pointer, ROWS * HIDDEN), expected[i] ?? []);
  }
}

/** The logits of all tokens after one row, and the token with the highest logit, which temperature 0 draws. */
function checkLogits(kernels: Kernels, random: Random): void {
  const hidden = numbers(random, HIDDEN);
  const weights = numbers(random, VOCABULARY * HIDDEN);
  const bias = numbers(random, VOCABULARY);
  const logits = kernels.memory.alloc(VOCABULARY);
  const list = kernels.newDrawList(1, VOCABULARY);
  list.write(0, {
    logits,
    ids: kernels.memory.upload(Int32Array.from({ length: VOCABULARY }, (_, id) => id)),
    count: VOCABULARY,
    logFrequencies: 0,
    specificity: 0,
    temperature: 0,
    topP: 1,
    masked: 0,
    maskedCount: 0,
    hidden: kernels.memory.upload(hidden),
    summed: 0,
  });
  kernels.operations.draws(list, 1, {
    width: HIDDEN,
    weights: kernels.memory.upload(weights),
    bias: kernels.memory.upload(bias),
  });
  kernels.run();

  const sums = referenceProduct(weights, hidden, VOCABULARY, HIDDEN, 1);
  const expected = sums.map((sum, id) => sum + (bias[id] ?? 0));
  compare('a row of output logits', kernels.memory.floats(logits, VOCABULARY), expected);
  const outcome = list.outcome(0);
  const drawn = outcome.kind === 'drawn' ? outcome.index : -1;
  const likeliest = expected.indexOf(Math.max(...expected));
  if (drawn !== likeliest) throw failure(`the draw at temperature 0 is token ${drawn}, not ${likeliest}`);
}

function compare(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = TOLERANCE,
): void {
  const deviation = largestDeviation(actual, expected);
  // A NaN compares false with everything and must fail the check.
  if (!(deviation <= tolerance)) throw failure(`${what} is off by ${deviation}`);
}

function failure(finding: string): KernelError {
  return new KernelError(
    `The WebAssembly kernels compute wrong results: ${finding}; npm run build compiles them anew`,
  );
}

function numbers(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.uniform() * 2 - 1);
}
