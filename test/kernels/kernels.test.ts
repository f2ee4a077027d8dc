import { describe, expect, onTestFinished, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.ts';
import type { Matrix } from '../../src/kernels/operation-list.ts';

describe('the threads', () => {
  /** Doubles a matrix several times. The result is wrong if an operation begins before the one before it is done. */
  function doubling(kernels: Kernels, rows: number): { record(times: number): void; values(): Float32Array } {
    const width = 64;
    const matrices = [1, 1].map(() => ({
      pointer: kernels.memory.upload(new Float32Array(rows * width).fill(1)),
      width,
    }));
    const [a, b] = matrices as [Matrix, Matrix];
    const identity = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 2 : 0));
    const packed = kernels.pack(identity, width);
    return {
      record(times) {
        for (let i = 0; i < times; i++) {
          const [from, to] = i % 2 ? [b, a] : [a, b];
          kernels.operations.product(rows, from, null, packed, 0, to.pointer, width);
        }
      },
      values: () => kernels.memory.floats(a.pointer, rows * width),
    };
  }

  test.each([1, 2, 4])('run operations one after the other, %i of them', (threads) => {
    const kernels = new Kernels(threads);
    onTestFinished(() => kernels.dispose());
    const { record, values } = doubling(kernels, 50);
    for (let round = 1; round <= 60; round++) {
      record(2);
      kernels.run();
      expect(new Set(values())).toEqual(new Set([4 ** round]));
    }
  });

  test('run a list while the next one is recorded', () => {
    const kernels = new Kernels(2);
    onTestFinished(() => kernels.dispose());
    const { record, values } = doubling(kernels, 50);
    for (let round = 1; round <= 30; round++) {
      record(2);
      kernels.start();
      record(2);
      kernels.finish();
      expect(new Set(values())).toEqual(new Set([16 ** round / 4]));
      kernels.run();
      expect(new Set(values())).toEqual(new Set([16 ** round]));
    }
  });

  test('tell if one of them fails, and why, instead of waiting for it', async () => {
    const kernels = new Kernels(2);
    onTestFinished(() => kernels.dispose());
    const { record, values } = doubling(kernels, 4);
    const beyond = 2 ** 31 - 4096;
    kernels.operations.gather(1, { pointer: beyond, width: 8 }, kernels.memory.alloc(1), beyond);
    record(2);
    kernels.start();
    // The main thread takes no tile before `finish`, so the worker gets the one that lies outside the memory.
    await expect.poll(() => kernels.failed, { timeout: 30_000 }).toBe(true);
    expect(() => kernels.finish()).toThrow(/a worker thread of the kernels failed: .*out of bounds/);
    expect(new Set(values())).toEqual(new Set([1]));
  });

  test('that fail are told even if the main thread waits for them already', { timeout: 60_000 }, () => {
    // Which of the two takes the bad tile is chance. Neither may hang.
    for (let round = 0; round < 20; round++) {
      const kernels = new Kernels(2);
      const { record } = doubling(kernels, 50);
      record(40);
      const beyond = 2 ** 31 - 4096;
      kernels.operations.gather(1, { pointer: beyond, width: 8 }, kernels.memory.alloc(1), beyond);
      expect(() => kernels.run()).toThrow(/out of bounds/);
      kernels.dispose();
    }
  });

  test('that end without a failure are told too, although the main thread waits for a tile', () => {
    const program = new URL('fixtures/dies-with-a-tile.mjs', import.meta.url);
    const kernels = new Kernels(2, program);
    onTestFinished(() => kernels.dispose());
    const { record } = doubling(kernels, 50);
    // The worker takes a tile of the first operation that it sees. Until then the main thread computes all of them.
    const waitForIt = () => {
      for (;;) {
        record(2);
        kernels.run();
      }
    };
    expect(waitForIt).toThrow(/a worker thread of the kernels failed: it ended with exit code 7/);
    expect(kernels.failed).toBe(true);
  });
});
