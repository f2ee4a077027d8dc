import { describe, expect, it } from 'vitest';
import { BOS, EOS, PAD, Vocabulary } from '../../src/model/vocabulary.ts';
import { makeBatch } from '../../src/training/batch.ts';
import type { CorpusPoem, Split } from '../../src/training/corpus/corpus.ts';
import { Dataset, predictionsPerEpoch } from '../../src/training/dataset.ts';

const HANZI = [...'春夏秋冬日月山水風花'];
const vocabulary = new Vocabulary(HANZI);

function poem(i: number, split: Split): CorpusPoem {
  const line = (n: number) =>
    Array.from({ length: 5 }, (_, j) => HANZI[(i * 7 + n * 3 + j * j) % 10]).join('');
  const couplets = 1 + (i % 4);
  const text = Array.from({ length: couplets }, (_, c) => `${line(2 * c)}，${line(2 * c + 1)}。`).join('');
  return { split, form: 'wuyan', title: '月夜', author: '無名', text };
}

const poems = Array.from({ length: 60 }, (_, i) =>
  poem(i, i % 6 === 0 ? 'test' : i % 6 === 1 ? 'validation' : 'train'),
);
const open = (seed: number, titleShare = 0, announcedShare = 0) =>
  new Dataset(poems, vocabulary, { batchRows: 8, titleShare, announcedShare, seed });
const rowsOf = (dataset: Dataset, epoch: number) =>
  [...dataset.trainingEpoch(epoch)].flatMap(({ inputs, rows, steps }) =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: steps }, (_, t) => inputs[t * rows + row] as number)
        .filter((id) => id !== PAD)
        .join(),
    ),
  );

describe('an epoch', () => {
  it('has as many predictions as are counted beforehand, titles or not', () => {
    for (const titleShare of [0, 1]) {
      const batches = [...open(1, titleShare).trainingEpoch(2)];
      expect(batches.reduce((sum, { targets }) => sum + targets.length, 0)).toBe(
        predictionsPerEpoch(poems, { titleShare }),
      );
    }
  });
});

describe('a batch', () => {
  const batch = makeBatch([
    { tokens: [4, 9, BOS, 20, 21, EOS], prefix: 3 },
    { tokens: [4, BOS, 22, EOS], prefix: 2 },
  ]);

  it('lies time first, padded after a row has ended', () => {
    expect([batch.steps, batch.rows]).toEqual([5, 2]);
    expect([...batch.inputs]).toEqual([4, 4, 9, BOS, BOS, 22, 20, PAD, 21, PAD]);
  });

  it('predicts what stands after BOS, the end included, and no padding', () => {
    const pairs = [...batch.positions].map((position, i) => [position, batch.targets[i]]);
    expect(pairs).toEqual([
      [4, 20],
      [6, 21],
      [8, EOS],
      [3, 22],
      [5, EOS],
    ]);
  });
});

describe('a training epoch', () => {
  it('shows every training poem once, and no other', () => {
    const shown = rowsOf(open(1), 0).sort();
    const expected = poems
      .filter(({ split }) => split === 'train')
      .map((p) => vocabulary.encode(p).slice(0, -1).join())
      .sort();
    expect(shown).toEqual(expected);
    expect([...open(1).trainingEpoch(0)].length).toBe(open(1).batchesPerEpoch);
  });

  it('is the same for the same seed and number, whatever was drawn before', () => {
    const dataset = open(1);
    const later = rowsOf(dataset, 3);
    rowsOf(dataset, 0);
    expect(rowsOf(dataset, 3)).toEqual(later);
    expect(rowsOf(open(1), 3)).toEqual(later);
  });

  it('is in another order in another epoch, and for another seed', () => {
    expect(rowsOf(open(1), 1)).not.toEqual(rowsOf(open(1), 0));
    expect(rowsOf(open(2), 0)).not.toEqual(rowsOf(open(1), 0));
  });

  it('batches poems of like length', () => {
    const batches = [...open(1).trainingEpoch(0)];
    const padding = batches.reduce((n, { inputs }) => n + inputs.filter((id) => id === PAD).length, 0);
    const all = batches.reduce((n, { inputs }) => n + inputs.length, 0);
    expect(padding / all).toBeLessThan(0.2);
  });

  it('shows the share of poems that was asked for behind their titles', () => {
    const titled = (share: number) =>
      rowsOf(open(1, share), 0).filter((row) => row.split(',')[1] !== String(BOS)).length;
    expect(titled(0)).toBe(0);
    expect(titled(1)).toBe(40);
    expect(titled(0.5)).toBeGreaterThan(10);
    expect(titled(0.5)).toBeLessThan(30);
  });
});

describe('what stands before a poem', () => {
  const [BOS_ID, COMMA, STOP] = [BOS, vocabulary.id('，'), vocabulary.id('。')];
  const training = poems.filter(({ split }) => split === 'train');
  const sequences = (titleShare: number, announcedShare: number) =>
    [...open(1, titleShare, announcedShare).trainingEpoch(0)].flatMap(
      ({ inputs, positions, rows, steps, targets }) =>
        Array.from({ length: rows }, (_, row) => {
          const ids = Array.from({ length: steps }, (_, t) => inputs[t * rows + row] as number);
          const learned = [...positions].flatMap((at, i) =>
            at % rows === row ? [targets[i] as number] : [],
          );
          return { ids, before: ids.slice(0, ids.indexOf(BOS_ID)), learned };
        }),
    );

  it('a title is learned with the mark after it, where it is shown', () => {
    for (const { learned } of sequences(1, 0)) {
      expect(learned.slice(0, 3)).toEqual([vocabulary.id('月'), vocabulary.id('夜'), BOS_ID]);
      expect(learned.at(-1)).toBe(EOS);
    }
    for (const { learned } of sequences(0, 0)) expect(learned).not.toContain(BOS_ID);
  });

  it('an opening or the heads are announced before the title, and not learned', () => {
    const shown = sequences(1, 1);
    const openings = shown.filter(({ before }) => before.includes(COMMA));
    const heads = shown.filter(({ before }) => before.includes(STOP));
    expect(openings.length + heads.length).toBe(training.length);
    expect(Math.min(openings.length, heads.length)).toBeGreaterThan(5);
    for (const { before, ids } of openings) {
      const opening = before.slice(1, before.indexOf(COMMA));
      expect(ids.slice(before.length + 1, before.length + 1 + opening.length)).toEqual(opening);
    }
    for (const { before, ids } of heads) {
      const text = ids.slice(before.length + 1);
      const starts = text.filter((_, i) => i % 6 === 0 && text[i] !== PAD);
      expect(before.slice(1, before.indexOf(STOP))).toEqual(starts);
    }
    for (const { learned } of shown) expect(learned[2]).toBe(BOS_ID);
  });
});

describe('held-out batches', () => {
  it('are the poems of their split without titles', () => {
    const predictions = (split: 'validation' | 'test') =>
      [...open(1, 1).heldOut(split, 'untitled', 4)].reduce((n, { targets }) => n + targets.length, 0);
    for (const split of ['validation', 'test'] as const) {
      const expected = poems
        .filter((p) => p.split === split)
        .reduce((n, { text }) => n + [...text].length + 1, 0);
      expect(predictions(split)).toBe(expected);
    }
  });
});
