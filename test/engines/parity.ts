/**
 * The same model gives the same numbers on every engine: logits, loss, gradients and one step of an optimiser, for
 * every cell, held against the plain JavaScript engine. Each engine has a test file, and so a process, of its own:
 * one that crashes takes only its own tests with it.
 *
 * Set REQUIRED_ENGINES (names with commas) to fail where one of them cannot be started instead of skipping it.
 */

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Stepper } from '../../src/decoding/stepper.ts';
import { EngineError, startEngine } from '../../src/engines/engine.ts';
import type { EngineName } from '../../src/engines/names.ts';
import type { Architecture } from '../../src/model/architecture.ts';
import { CELL_NAMES, type CellName } from '../../src/model/architecture.ts';
import { Random } from '../../src/model/random.ts';
import { type Batch, makeBatch } from '../../src/training/batch.ts';
import { lossAndGradients } from '../../src/training/network/backpropagation.ts';
import { disposeMasks, drawMasks } from '../../src/training/network/dropout.ts';
import { initialParameters, toTensors } from '../../src/training/network/network.ts';
import { emptySlots, globalNorm, update } from '../../src/training/network/optimizer.ts';

const REQUIRED = (process.env.REQUIRED_ENGINES ?? '').split(',');
/** Of the largest number in the oracle's tensor. */
const TOLERANCE = 1e-4;
const STEPS = 9;

/** Odd sizes, so that vector units and tiles have remainders; the larger one crosses a tile of each engine. */
const SIZES = [
  { vocabulary: 23, embedding: 5, hidden: 7 },
  { vocabulary: 301, embedding: 43, hidden: 70 },
];

export const ARCHITECTURES: readonly Architecture[] = SIZES.flatMap((sizes) =>
  CELL_NAMES.flatMap((cell: CellName) => [true, false].map((tied) => ({ ...sizes, cell, layers: 2, tied }))),
);

/** Everything an engine computes of a model, as plain arrays by name. */
type Results = ReadonlyMap<string, Float32Array>;

function sentences(vocabulary: number): number[][] {
  const random = new Random(3);
  return [STEPS + 1, 5, 7].map((length) => Array.from({ length }, () => random.below(vocabulary)));
}

/** Products up to `few` multiply-adds are our own kernels'; 0: all are the engine's. */
async function decode(
  architecture: Architecture,
  results: Map<string, Float32Array>,
  few: number,
): Promise<void> {
  const stepper = await Stepper.create(architecture, initialParameters(architecture, 11), { few });
  // More than an engine may take as they are, and no round number.
  const rows = 11;
  const random = new Random(5);
  stepper.reserve(rows);
  for (let step = 0; step < STEPS; step++) {
    const tokens = Int32Array.from({ length: rows }, () => random.below(architecture.vocabulary));
    await stepper.step(tokens, rows);
    results.set(
      `logits ${step}, kernels up to ${few}`,
      (await stepper.logits([9, 1, 10, 0, 5, 2, 8, 3, 7])).slice(),
    );
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
    results.set(`gradient of ${name}`, (await gradient.data()) as Float32Array);
  }
  // Adam's first step is the gradient's sign, which rounding may turn where the gradient is next to nothing: give
  // its divisor weight enough to keep such numbers small.
  update({ ...adam, epsilon: 1e-2 }, parameters, slots, gradients, {
    learningRate: 0.01,
    scale: 0.5,
    step: 1,
  });
  for (const [name, parameter] of Object.entries(parameters)) {
    results.set(`${name} after a step`, (await parameter.data()) as Float32Array);
  }
  tf.dispose([gradients, parameters, slots]);
}

async function compute(architecture: Architecture): Promise<Results> {
  const results = new Map<string, Float32Array>();
  for (const few of [0, 5000, Number.POSITIVE_INFINITY]) await decode(architecture, results, few);
  await train(architecture, results);
  return results;
}

function relativeDeviation(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.NaN;
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    if (Number.isNaN(difference)) return Number.NaN;
    worst = Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return worst / largest;
}

/** Why an engine cannot be started here; null where it can. */
async function whyNot(name: EngineName): Promise<string | null> {
  try {
    await startEngine(name);
    return null;
  } catch (error) {
    if (error instanceof EngineError && !REQUIRED.includes(name)) return error.message;
    throw error;
  }
}

/** Defines the tests for one engine; says so where they are skipped. */
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
        expect(relativeDeviation(actual.get(what) as Float32Array, values), what).toBeLessThan(TOLERANCE);
      }
    });
  });
}

/** Defines the test that a training step frees what it allocates, on an engine that starts here. */
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
    // Three short sentences by heart: what was counted did train.
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 4);
    tf.dispose([parameters, slots]);
  });
}
