import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Architecture, valuesOf } from '../../src/model/architecture.ts';
import type { Card } from '../../src/model/card.ts';
import { sealCard } from '../../src/model/card-checksum.ts';
import {
  CARD,
  CheckpointError,
  checkpointFolder,
  listCheckpoints,
  loadCheckpoint,
  loadLines,
  readCard,
  sha256,
} from '../../src/model/checkpoint.ts';
import type { Critic } from '../../src/model/critic.ts';
import {
  type CardDetails,
  copyCheckpoint,
  saveCheckpoint,
  saveCritic,
  saveParallels,
  saveReward,
} from '../../src/model/save-checkpoint.ts';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { LineIndex } from '../../src/text-index/line-index.ts';
import { NgramFilter } from '../../src/text-index/ngram-filter.ts';
import { ParallelPairs } from '../../src/text-index/parallel-pairs.ts';
import { initialCritic } from '../../src/training/critic/critic-network.ts';
import { initialParameters } from '../../src/training/network/network.ts';

const vocabulary = new Vocabulary([...'月日山水'], [9, 5, 5, 2]);
const architecture: Architecture = {
  cell: 'lstm',
  vocabulary: vocabulary.size,
  embedding: 3,
  hidden: 4,
  layers: 2,
  tied: true,
};
const details: CardDetails = {
  recipe: { name: 'trial' },
  corpus: { source: 'a test', sha256: '0'.repeat(64), poems: 3 },
  training: {
    steps: 1,
    epochs: 0.5,
    tokens: 10,
    seconds: 1,
    finished: false,
    engine: { name: 'cpu', device: 'a test', version: '1' },
  },
  heldOut: { validation: null, test: { tokens: 9, nll: 5, hanziPerplexity: 300, unknownShare: 0 } },
};

let root: string;
const folder = () => join(root, 'trial');
const save = (seed: number, type: 'float32' | 'float16' = 'float32') =>
  saveCheckpoint(
    folder(),
    { architecture, parameters: initialParameters(architecture, seed), vocabulary, type },
    details,
  );

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('a checkpoint', () => {
  it('is loaded as it was saved', async () => {
    const card = await save(1);
    const loaded = await loadCheckpoint(folder());
    expect(loaded.name).toBe('trial');
    expect(loaded.architecture).toEqual(architecture);
    expect(loaded.parameters).toEqual(initialParameters(architecture, 1));
    expect(loaded.vocabulary.hanzi).toEqual(vocabulary.hanzi);
    expect(loaded.vocabulary.counts).toEqual(vocabulary.counts);
    expect(loaded.card).toEqual(card);
    expect(card.parameters).toBe(
      [...initialParameters(architecture, 1).values()].reduce((n, v) => n + v.length, 0),
    );
  });

  it('is rounded and takes half the size if it is stored in half precision', async () => {
    const full = (await readFile(join(folder(), (await save(1)).weights.file))).length;
    const half = (await readFile(join(folder(), (await save(1, 'float16')).weights.file))).length;
    expect(half * 2).toBe(full);
    const loaded = valuesOf((await loadCheckpoint(folder())).parameters, 'layer0/kernel');
    const exact = valuesOf(initialParameters(architecture, 1), 'layer0/kernel');
    for (const [i, value] of exact.entries()) expect(loaded[i]).toBeCloseTo(value, 3);
    expect(loaded).not.toEqual(exact);
  });

  it('has the indexes of the training corpus, if they were given', async () => {
    await save(1);
    expect((await loadCheckpoint(folder())).ngrams).toBeNull();
    expect(await loadLines(await loadCheckpoint(folder()))).toBeNull();
    const lines = ['床前明月光', '疑是地上霜'];
    const novelty = { ngrams: NgramFilter.build(lines).bytes, lines: LineIndex.build(lines).serialise() };
    const parameters = initialParameters(architecture, 1);
    await saveCheckpoint(
      folder(),
      { architecture, parameters, vocabulary, type: 'float32', novelty },
      details,
    );
    const loaded = await loadCheckpoint(folder());
    expect(loaded.ngrams?.has('床前明月光')).toBe(true);
    expect((await loadLines(loaded))?.nearest('床前看月光')).toEqual({ line: '床前明月光', same: 4 });
    await rm(join(folder(), loaded.card.novelty?.lines.file ?? ''));
    await expect(loadLines(loaded)).rejects.toThrow(CheckpointError);
  });

  it('has a table of parallel pairs, if one was counted when it was trained or later', async () => {
    const card = await save(1);
    expect((await loadCheckpoint(folder())).parallels).toBeNull();
    const { bytes } = ParallelPairs.build([['月', '花']], ['月', '花']);
    const changed = await saveParallels(folder(), { bytes, couplets: 1 });
    expect(changed.weights).toEqual(card.weights);
    const loaded = await loadCheckpoint(folder());
    expect(loaded.parallels?.score('月', '花')).toBeGreaterThan(0);
    expect(loaded.card.parallels?.couplets).toBe(1);
    await copyCheckpoint(folder(), `${folder()}-copy`);
    expect((await loadCheckpoint(`${folder()}-copy`)).parallels?.size).toBe(1);
    const file = join(folder(), loaded.card.parallels?.file ?? '');
    await writeFile(file, 'damaged');
    await expect(loadCheckpoint(folder())).rejects.toThrow(/parallels-.*is damaged/);
    // New weights from a run that counts none leave none behind.
    await save(2);
    await expect(readFile(file)).rejects.toThrow();
  });

  it('replaces the one before it and removes its files', async () => {
    await save(1);
    await writeFile(join(folder(), 'weights-00000000.bin.part'), 'left by a killed writer');
    await writeFile(join(folder(), 'train.jsonl'), 'the log stays');
    const card = await save(2);
    expect((await readdir(folder())).sort()).toEqual(
      ['card.json', 'train.jsonl', card.vocabulary.file, card.weights.file].sort(),
    );
    expect((await loadCheckpoint(folder())).parameters).toEqual(initialParameters(architecture, 2));
  });

  it('is complete for a reader while others replace it', async () => {
    await save(1);
    const writing = (async () => {
      for (let seed = 2; seed < 12; seed++) await save(seed);
    })();
    for (let read = 0; read < 20; read++) expect((await loadCheckpoint(folder())).name).toBe('trial');
    await writing;
  });

  it('stays the old one until the new card is in place', async () => {
    await save(1);
    await writeFile(join(folder(), 'weights-11111111.bin'), 'whole, but not yet named by a card');
    await writeFile(join(folder(), 'card.json.part'), '{"half');
    expect((await loadCheckpoint(folder())).parameters).toEqual(initialParameters(architecture, 1));
  });
});

describe('an invalid checkpoint', () => {
  const edit = async (change: (card: Card) => void) => {
    // Without its checksum, as cards of older versions are.
    const { sha256: _, ...card } = JSON.parse(await readFile(join(folder(), 'card.json'), 'utf8'));
    change(card);
    await writeFile(join(folder(), 'card.json'), JSON.stringify(card));
  };
  const fault = async () => {
    const error = await loadCheckpoint(folder()).catch((e) => e);
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as Error).message;
  };

  it('is missing', async () => {
    expect(await fault()).toContain('card.json is missing');
  });

  it('has a card that is not JSON', async () => {
    await mkdir(folder());
    await writeFile(join(folder(), 'card.json'), '{"half');
    expect(await fault()).toContain('card.json');
  });

  it('has a card of another version', async () => {
    await save(1);
    await edit((card) => Object.assign(card, { version: 2 }));
    expect(await fault()).toMatch(/card\.json.*version/);
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'run/state.bin'])(
    'has a card that points to %s',
    async (file) => {
      await save(1);
      await edit((card) => Object.assign(card.weights, { file }));
      expect(await fault()).toContain('card.json');
    },
  );

  it('lacks its weights, or its vocabulary', async () => {
    const { weights, vocabulary } = await save(1);
    for (const { file } of [weights, vocabulary]) {
      await save(1);
      await rm(join(folder(), file));
      expect(await fault()).toContain(`${file} is missing`);
    }
  });

  it('has weights that are cut short, or with a wrong bit', async () => {
    const { weights } = await save(1);
    const path = join(folder(), weights.file);
    await truncate(path, 100);
    expect(await fault()).toContain(`${weights.file} is damaged`);
    await save(1);
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(17) ^ 1, 17);
    await writeFile(path, bytes);
    expect(await fault()).toContain(`${weights.file} is damaged`);
  });

  it('has a shape that does not fit its architecture', async () => {
    await save(1);
    await edit((card) => Object.assign(card.architecture, { hidden: 5 }));
    expect(await fault()).toMatch(/layer0\/kernel should be \[3, 20\] but is \[3, 16\]/);
  });

  it('has a vocabulary of another size', async () => {
    await save(1);
    await edit((card) => Object.assign(card.architecture, { vocabulary: 99 }));
    expect(await fault()).toContain('99');
  });

  it('has a value that is not a number', async () => {
    const parameters = initialParameters(architecture, 1);
    valuesOf(parameters, 'down')[3] = Number.NaN;
    await saveCheckpoint(folder(), { architecture, parameters, vocabulary, type: 'float32' }, details);
    expect(await fault()).toContain('down');
  });
});

describe('checkpoint names', () => {
  it.each(['../tang', '..', '.', '/etc', 'a/b', 'a\\b', '', '.hidden', 'x'.repeat(65), 'a\0b', 'a b'])(
    'do not lead out of the root: %j',
    (name) => {
      expect(() => checkpointFolder(root, name)).toThrow(CheckpointError);
    },
  );

  it('may be words in any script', () => {
    expect(checkpointFolder(root, '唐-2.1_b')).toBe(join(root, '唐-2.1_b'));
  });
});

describe('the list of checkpoints', () => {
  it('has those with a valid card, by name', async () => {
    await save(1);
    await mkdir(join(root, 'empty'));
    await writeFile(join(root, 'file'), '');
    const list = await listCheckpoints(root);
    expect(list).toEqual([{ name: 'trial', card: await readCard(folder()) }]);
  });

  it('is empty if there is no root', async () => {
    expect(await listCheckpoints(join(root, 'nowhere'))).toEqual([]);
  });
});

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
