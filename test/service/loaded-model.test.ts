import { expect, test } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { loadModel } from '../../src/service/loaded-model.ts';
import { checkpointsFolder } from './served.ts';

test('a checkpoint is made ready in pieces that leave the thread its turns', async () => {
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
  // A poem of 32 characters at the least, and no two pieces in one turn.
  expect(turns.length).toBeGreaterThan(32);
  expect(new Set(turns).size).toBe(turns.length);
});
