import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDecoder } from '../../src/decoding/open-decoder.ts';
import { SAMPLING } from '../../src/decoding/sampling.ts';
import { startEngine } from '../../src/engines/engine.ts';
import { Kernels } from '../../src/kernels/kernels.ts';
import { kernelBytesInUse } from '../../src/kernels/memory.ts';
import { type Checkpoint, loadCheckpoint } from '../../src/model/checkpoint.ts';
import { writeTinyCheckpoint } from '../model/tiny-checkpoint.ts';
import { poemPlan, VOCABULARY } from '../model/tiny-model.ts';

async function tinyCheckpoint(lines?: readonly string[]): Promise<Checkpoint> {
  const root = await mkdtemp(join(tmpdir(), 'shiren-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeTinyCheckpoint(root, 'tiny', { seed: 1, ...(lines ? { lines } : {}) });
  return loadCheckpoint(join(root, 'tiny'));
}

/** The lines of one poem. */
async function linesOf(checkpoint: Checkpoint): Promise<string[]> {
  const decoder = await openDecoder(checkpoint);
  const row = decoder.join({ plan: poemPlan({ meter: 'none' }), sampling: SAMPLING.free, seed: 1 });
  while (row.isActive) await decoder.tick();
  decoder.dispose();
  return row.characters
    .join('')
    .split(/[，。]/u)
    .filter(Boolean);
}

describe('a decoder of a checkpoint', () => {
  beforeAll(async () => {
    await startEngine('wasm');
  });

  test('writes, and copies no five characters of the lines that the checkpoint keeps', async () => {
    const lines = await linesOf(await tinyCheckpoint());
    expect(lines).toHaveLength(4);
    const next = await linesOf(await tinyCheckpoint(lines));
    expect(next).toHaveLength(4);
    for (const line of lines) {
      for (let at = 0; at + 5 <= line.length; at++) {
        expect(next.some((other) => other.includes(line.slice(at, at + 5)))).toBe(false);
      }
    }
  });

  test('multiplies whole numbers, unless float32 is asked for', async () => {
    const checkpoint = await tinyCheckpoint();
    const pack = vi.spyOn(Kernels.prototype, 'packInt16');
    onTestFinished(() => pack.mockRestore());
    (await openDecoder(checkpoint, { products: 'kernels-float32' })).dispose();
    expect(pack).not.toHaveBeenCalled();
    (await openDecoder(checkpoint)).dispose();
    expect(pack).toHaveBeenCalled();
  });

  test('leaves nothing behind when it is disposed of, or if it cannot be made', async () => {
    const checkpoint = await tinyCheckpoint();
    const [tensors, bytes] = [tf.memory().numTensors, kernelBytesInUse()];
    const decoder = await openDecoder(checkpoint);
    expect(kernelBytesInUse()).toBeGreaterThan(bytes);
    decoder.dispose();
    expect(kernelBytesInUse()).toBe(bytes);
    expect(tf.memory().numTensors).toBe(tensors);

    const vocabulary = Object.create(VOCABULARY, {
      tag: {
        value: () => {
          throw new Error('no tags');
        },
      },
    });
    await expect(openDecoder({ ...checkpoint, vocabulary })).rejects.toThrow();
    expect(kernelBytesInUse()).toBe(bytes);
  });

  test('lets other work in while it is made', async () => {
    let pauses = 0;
    const onProgress = async () => {
      pauses++;
    };
    (await openDecoder(await tinyCheckpoint(), { onProgress })).dispose();
    expect(pauses).toBeGreaterThan(1);
  });
});
