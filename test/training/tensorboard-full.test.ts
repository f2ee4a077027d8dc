import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TensorBoard } from '../../src/training/tensorboard.ts';

let written = 0;
let fullAt = Number.POSITIVE_INFINITY;
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const writeSync = (file: number, bytes: Uint8Array) => {
    if (++written >= fullAt) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    return fs.writeSync(file, bytes);
  };
  return { ...fs, writeSync };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-board-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('TensorBoard on a full disk', () => {
  it('gets nothing more, says so once, and lets the run go on', () => {
    const notes: string[] = [];
    const board = new TensorBoard(folder, true, (sentence) => notes.push(sentence));
    const step = (n: number) => board.step({ step: n, loss: 1, norm: 1, learningRate: 1, tokens: 1 });
    step(1);
    fullAt = written + 1;
    step(2);
    step(3);
    board.close();
    expect(notes).toEqual([expect.stringContaining('the disk is full: TensorBoard')]);
    expect(written).toBe(fullAt);
  });
});
