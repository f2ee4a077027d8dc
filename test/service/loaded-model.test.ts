import { expect, test } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { loadModel } from '../../src/service/loaded-model.ts';
import { checkpointsFolder } from './served.ts';

test('a checkpoint is loaded in steps that yield to the event loop', async () => {
  await startEngine('wasm');
  const root = await checkpointsFolder();
  let turn = 0;
  let counting = setImmediate(function count() {
    turn++;
    counting = setImmediate(count);
  });
  const turns: number[] = [];
  const { decoder, summary } = await loadModel(root, 'one', () => turns.push(turn));
  clearImmediate(counting);
  decoder.dispose();
  expect(summary.name).toBe('one');
  // The trial poem alone has 32 characters. No two steps run in the same turn of the event loop.
  expect(turns.length).toBeGreaterThan(32);
  expect(new Set(turns).size).toBe(turns.length);
});
