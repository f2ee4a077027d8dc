import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sealCard } from '../../src/model/card-checksum.ts';
import { CARD, CheckpointError, loadCheckpoint, sha256 } from '../../src/model/checkpoint.ts';
import type { Critic } from '../../src/model/critic.ts';
import { copyCheckpoint, replaceWeights, saveCritic, saveReward } from '../../src/model/save-checkpoint.ts';
import { initialCritic } from '../../src/training/critic/critic-network.ts';
import { initialParameters } from '../../src/training/network/network.ts';
import { folder, save } from './trial-checkpoint.ts';
import { architecture, vocabulary } from './trial-network.ts';

describe('a critic', () => {
  const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 2 };
  const critic = (seed: number): Critic => ({
    architecture: sizes,
    // Halves keep these values exactly.
    parameters: new Map(
      [...initialCritic(sizes, seed)].map(([name, values]) => [
        name,
        values.map((v) => Math.round(8 * v) / 8),
      ]),
    ),
    wornPhrases: ['不知何處'],
  });
  const scores = { poems: 8, heldOut: { poems: 4, auc: 0.75, firstCoupletAuc: 0.6 } };

  it('is loaded with the checkpoint to which it was added', async () => {
    await save(1);
    expect((await loadCheckpoint(folder())).critic).toBeNull();
    const card = await saveCritic(folder(), critic(1), scores);
    expect(card.critic).toMatchObject({ ...scores, hidden: 2, wornPhrases: ['不知何處'] });
    expect((await loadCheckpoint(folder())).critic).toEqual(critic(1));
  });

  it('replaces the one before it, and goes when the weights change', async () => {
    await save(1);
    await saveCritic(folder(), critic(1), scores);
    await saveCritic(folder(), critic(2), scores);
    expect((await loadCheckpoint(folder())).critic).toEqual(critic(2));
    const critics = async () => (await readdir(folder())).filter((file) => file.startsWith('critic-'));
    expect(await critics()).toHaveLength(1);
    await save(2);
    expect((await loadCheckpoint(folder())).critic).toBeNull();
    expect(await critics()).toEqual([]);
  });

  it('must be whole', async () => {
    await save(1);
    const { critic: entry } = await saveCritic(folder(), critic(1), scores);
    await truncate(join(folder(), entry?.file ?? ''), 8);
    await expect(loadCheckpoint(folder())).rejects.toThrow(/critic-\w+\.bin is damaged/);
  });

  it('cannot be added where there is no checkpoint', async () => {
    await mkdir(folder(), { recursive: true });
    await expect(saveCritic(folder(), critic(1), scores)).rejects.toThrow(CheckpointError);
    expect(await readdir(folder())).toEqual([]);
  });
});

describe('a reward model', () => {
  const details = { poems: 2, lines: 8, heldOut: { correlation: 0.5, likelihoodAlone: 0.25 } };
  const reward = (value: number) => ({
    tokens: new Float32Array(vocabulary.size).fill(value),
    state: new Float32Array(architecture.hidden).fill(2 * value),
  });
  const files = async () => (await readdir(folder())).filter((file) => file.startsWith('reward-'));

  it('is loaded with the checkpoint to which it was added, and copied with it', async () => {
    await save(1);
    expect((await loadCheckpoint(folder())).reward).toBeNull();
    const card = await saveReward(folder(), reward(0.3), details);
    expect(card.reward).toMatchObject(details);
    expect((await loadCheckpoint(folder())).reward).toEqual(reward(0.3));
    await copyCheckpoint(folder(), `${folder()}-with-reward`);
    expect((await loadCheckpoint(`${folder()}-with-reward`)).reward).toEqual(reward(0.3));
  });

  it('replaces the one before it, and goes when the weights change', async () => {
    await save(1);
    await saveReward(folder(), reward(1), details);
    await saveReward(folder(), reward(2), details);
    expect((await loadCheckpoint(folder())).reward).toEqual(reward(2));
    expect(await files()).toHaveLength(1);
    await save(2);
    expect((await loadCheckpoint(folder())).reward).toBeNull();
    expect(await files()).toEqual([]);
  });

  it('that was fitted before states were read has none to add', async () => {
    await save(1);
    const card = await saveReward(folder(), reward(1), details);
    const [file = ''] = await files();
    const tokens = (await readFile(join(folder(), file))).subarray(0, 4 * vocabulary.size);
    await writeFile(join(folder(), file), tokens);
    if (!card.reward) throw new Error('the card has no reward model');
    const old = { ...card.reward, readsStates: false, sha256: sha256(tokens) };
    await writeFile(join(folder(), CARD), JSON.stringify(sealCard({ ...card, reward: old })));
    const loaded = (await loadCheckpoint(folder())).reward;
    expect(loaded).toEqual({ ...reward(1), state: new Float32Array(architecture.hidden) });
  });

  it('must be whole, and numbers', async () => {
    await save(1);
    await saveReward(folder(), reward(Number.NaN), details);
    await expect(loadCheckpoint(folder())).rejects.toThrow(/not numbers/);
    await saveReward(folder(), reward(1), details);
    const [file] = await files();
    await writeFile(join(folder(), file ?? ''), 'damaged');
    await expect(loadCheckpoint(folder())).rejects.toThrow(/reward-\w+\.bin is damaged/);
  });
});

describe('other weights', () => {
  it('take the place of those before, without the judges of their poems', async () => {
    const before = await save(1);
    const reward = {
      tokens: new Float32Array(vocabulary.size),
      state: new Float32Array(architecture.hidden),
    };
    await saveReward(folder(), reward, {
      poems: 1,
      lines: 4,
      heldOut: { correlation: 0, likelihoodAlone: 0 },
    });
    const sizes = { vocabulary: vocabulary.size, embedding: 3, hidden: 2 };
    const critic = { architecture: sizes, parameters: initialCritic(sizes, 1), wornPhrases: [] };
    await saveCritic(folder(), critic, { poems: 2, heldOut: { poems: 1, auc: 1, firstCoupletAuc: 1 } });
    const average = [{ name: 'trial', weights: before.weights.sha256, share: 1 }];
    const parameters = initialParameters(architecture, 2);
    await replaceWeights(folder(), parameters, { average, heldOut: { validation: null, test: null } });
    const loaded = await loadCheckpoint(folder());
    expect(loaded.parameters).toEqual(parameters);
    expect(loaded.reward).toBeNull();
    expect(loaded.critic).toBeNull();
    expect(loaded.card).toMatchObject({ average, heldOut: { test: null }, recipe: before.recipe });
    expect((await readdir(folder())).filter((file) => file.startsWith('weights'))).toEqual([
      loaded.card.weights.file,
    ]);
  });
});
