/**
 * Tests that a model gives the same numbers on every engine: logits, loss, gradients and one step of an optimiser, for
 * every cell, compared with the cpu engine. Each engine has its own test file and so its own process: if one crashes,
 * the tests of the others still run.
 *
 * An engine that cannot be started is skipped. Set REQUIRED_ENGINES (names, comma-separated) to make that a failure.
 */

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ProductKind } from '../../src/decoding/product-kinds.ts';
import { Stepper } from '../../src/decoding/stepper.ts';
import { EngineError, startEngine } from '../../src/engines/engine.ts';
import type { EngineName } from '../../src/engines/names.ts';
import type { Architecture } from '../../src/model/architecture.ts';
import { CELL_NAMES, type CellName } from '../../src/model/architecture.ts';
import { Random } from '../../src/model/random.ts';
import { largestDeviation } from '../../src/model/reference.ts';
import { type Batch, makeBatch } from '../../src/training/batch.ts';
import { lossAndGradients } from '../../src/training/network/backpropagation.ts';
import { disposeMasks, drawMasks } from '../../src/training/network/dropout.ts';
import { initialParameters, toTensors } from '../../src/training/network/network.ts';
import { emptySlots, globalNorm, update } from '../../src/training/network/optimizer.ts';

const REQUIRED = (process.env.REQUIRED_ENGINES ?? '').split(',');
/** Relative to the largest number of the expected tensor. */
const TOLERANCE = 1e-4;
const STEPS = 9;

/** Odd sizes, so that vectors and tiles have remainders. The larger size exceeds one tile of each engine. */
const SIZES = [
  { vocabulary: 23, embedding: 5, hidden: 7 },
  { vocabulary: 301, embedding: 43, hidden: 70 },
];

export const ARCHITECTURES: readonly Architecture[] = SIZES.flatMap((sizes) =>
  CELL_NAMES.flatMap((cell: CellName) => [true, false].map((tied) => ({ ...sizes, cell, layers: 2, tied }))),
);

/** Everything that an engine computes for a model, as plain arrays by name. */
type Results = ReadonlyMap<string, Float32Array>;

function sentences(vocabulary: number): number[][] {
  const random = new Random(3);
  return [STEPS + 1, 5, 7].map((length) => Array.from({ length }, () => random.below(vocabulary)));
}

async function decode(
  architecture: Architecture,
  results: Map<string, Float32Array>,
  products: ProductKind,
): Promise<void> {
  const stepper = await Stepper.create(architecture, initialParameters(architecture, 11), { products });
  // More than one tile of rows, and not a multiple of the tile.
  const rows = 11;
  const random = new Random(5);
  stepper.reserve(rows);
  for (let step = 0; step < STEPS; step++) {
    const tokens = Int32Array.from({ length: rows }, () => random.below(architecture.vocabulary));
    await stepper.step(tokens, rows);
    const logits = await stepper.logits([9, 1, 10, 0, 5, 2, 8, 3, 7]);
    results.set(`logits ${step}, ${products}`, logits.slice());
  }
  stepper.dispose();
}

async function train(architecture: Architecture, results: Map<string, Float32Array>): Promise<void> {
  const parameters = toTensors(architecture, initialParameters(architecture, 11));
  const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
  const slots = emptySlots(adam, parameters);
  const batch: Batch = makeBatch(sentences(architecture.vocabulary).map((tokens) => ({ tokens, prefix: 2 })));
  const { loss, gradients } = await lossAndGradients(architecture, parameters, batch, null);
  results.set('loss', Float32Array.of(loss));
  for (const [name, gradient] of Object.entries(gradients)) {
    results.set(`gradient of ${name}`, await gradient.data<'float32'>());
  }
  // Adam's first step is nearly the sign of the gradient, and rounding may change the sign of a gradient close to 0. A
  // large epsilon keeps the steps of such gradients small.
  update({ ...adam, epsilon: 1e-2 }, parameters, slots, gradients, {
    learningRate: 0.01,
    scale: 0.5,
    step: 1,
  });
  for (const [name, parameter] of Object.entries(parameters)) {
    results.set(`${name} after a step`, await parameter.data<'float32'>());
  }
  tf.dispose([gradients, parameters, slots]);
}

async function compute(architecture: Architecture): Promise<Results> {
  const results = new Map<string, Float32Array>();
  await decode(architecture, results, 'engine-float32');
  await decode(architecture, results, 'kernels-float32');
  await train(architecture, results);
  return results;
}

function relativeDeviation(actual: ArrayLike<number>, expected: Float32Array): number {
  let largest = 0;
  for (const value of expected) largest = Math.max(largest, Math.abs(value));
  return largestDeviation(actual, expected) / largest;
}

/** Why an engine cannot be started here; null if it can. Throws if it is required. */
export async function whyNot(name: EngineName): Promise<string | null> {
  try {
    await startEngine(name);
    return null;
  } catch (error) {
    if (error instanceof EngineError && !REQUIRED.includes(name)) return error.message;
    throw error;
  }
}

/** Defines the tests of one engine. Prints the reason if they are skipped. */
export async function parityWithCpu(name: EngineName, architectures = ARCHITECTURES): Promise<void> {
  const reason = await whyNot(name);
  if (reason !== null) console.info(`skipped: ${reason}`);

  describe.skipIf(reason !== null).each(architectures)('$cell of $hidden, tied: $tied', (architecture) => {
    let expected: Results;

    beforeAll(async () => {
      await startEngine('cpu');
      expected = await compute(architecture);
    });

    test(`on ${name} as on cpu`, { timeout: 60_000 }, async () => {
      await startEngine(name);
      const actual = await compute(architecture);
      expect([...actual.keys()]).toEqual([...expected.keys()]);
      for (const [what, values] of expected) {
        expect(relativeDeviation(actual.get(what) ?? [], values), what).toBeLessThan(TOLERANCE);
      }
    });
  });
}

/** Defines the test that a training step frees its tensors on an engine, if the engine starts here. */
export function freesWhatItAllocates(name: EngineName): void {
  test('a thousand steps leave no tensor behind', { timeout: 120_000 }, async (context) => {
    const reason = await whyNot(name);
    context.skip(reason !== null, reason ?? '');
    const architecture = { ...SIZES[0], cell: 'lstm', layers: 2, tied: true } as Architecture;
    const parameters = toTensors(architecture, initialParameters(architecture, 1));
    const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    const slots = emptySlots(adam, parameters);
    const batch = makeBatch(sentences(architecture.vocabulary).map((tokens) => ({ tokens, prefix: 1 })));
    const losses: number[] = [];
    const counts = new Set<number>();
    for (let step = 1; step <= 1000; step++) {
      const masks = drawMasks(architecture, batch.rows, 0.1, step);
      const { loss, gradients } = await lossAndGradients(architecture, parameters, batch, masks);
      disposeMasks(masks);
      const scale = 1 / Math.max(1, await globalNorm(gradients));
      update(adam, parameters, slots, gradients, { learningRate: 3e-3, scale, step });
      tf.dispose(gradients);
      losses.push(loss);
      counts.add(tf.memory().numTensors);
    }
    expect([...counts]).toHaveLength(1);
    // The model has learned three short sentences by heart, so the counted steps did train.
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 4);
    tf.dispose([parameters, slots]);
  });
}
