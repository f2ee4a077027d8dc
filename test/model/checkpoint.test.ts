import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../../src/model/architecture.ts';
import type { Card } from '../../src/model/card.ts';
import {
  CheckpointError,
  checkpointFolder,
  listCheckpoints,
  loadCheckpoint,
  loadLines,
  readCard,
} from '../../src/model/checkpoint.ts';
import { copyCheckpoint, saveCheckpoint, saveParallels } from '../../src/model/save-checkpoint.ts';
import { LineIndex } from '../../src/text-index/line-index.ts';
import { NgramFilter } from '../../src/text-index/ngram-filter.ts';
import { ParallelPairs } from '../../src/text-index/parallel-pairs.ts';
import { initialParameters } from '../../src/training/network/network.ts';
import { checkpoints, details, folder, save } from './trial-checkpoint.ts';
import { architecture, vocabulary } from './trial-network.ts';

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
    'do not lead out of the checkpoints(): %j',
    (name) => {
      expect(() => checkpointFolder(checkpoints(), name)).toThrow(CheckpointError);
    },
  );

  it('may be words in any script', () => {
    expect(checkpointFolder(checkpoints(), '唐-2.1_b')).toBe(join(checkpoints(), '唐-2.1_b'));
  });
});

describe('the list of checkpoints', () => {
  it('has those with a valid card, by name', async () => {
    await save(1);
    await mkdir(join(checkpoints(), 'empty'));
    await writeFile(join(checkpoints(), 'file'), '');
    const list = await listCheckpoints(checkpoints());
    expect(list).toEqual([{ name: 'trial', card: await readCard(folder()) }]);
  });

  it('is empty if there is no checkpoints()', async () => {
    expect(await listCheckpoints(join(checkpoints(), 'nowhere'))).toEqual([]);
  });
});
