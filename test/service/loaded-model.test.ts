import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { loadCheckpoint } from '../../src/model/checkpoint.ts';
import { saveCheckpoint } from '../../src/model/save-checkpoint.ts';
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

test.each(['down', 'outputBias'])('a checkpoint whose weights %s are huge is refused', async (name) => {
  await startEngine('wasm');
  const root = await checkpointsFolder();
  const folder = join(root, 'one');
  const { architecture, parameters, vocabulary, card } = await loadCheckpoint(folder);
  const { recipe, corpus, training, heldOut } = card;
  const details = { recipe, corpus, training, heldOut };
  parameters.get(name)?.fill(3e38);
  await saveCheckpoint(folder, { architecture, parameters, vocabulary, type: 'float32' }, details);
  await expect(loadModel(root, 'one', () => {})).rejects.toThrow(
    'checkpoint one writes no poem: the network gives logits that are not numbers, or far too large',
  );
});
