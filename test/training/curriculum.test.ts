import { describe, expect, it } from 'vitest';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import type { CorpusPoem } from '../../src/training/corpus/corpus.ts';
import { Curriculum } from '../../src/training/curriculum.ts';
import { Dataset } from '../../src/training/dataset.ts';

const OPTIONS = { batchRows: 2, titleShare: 0, announcedShare: 0, seed: 1 };
const vocabulary = new Vocabulary([...'春夏秋冬日月']);

/** A data set of so many poems, all of one hanzi. */
function datasetOf(hanzi: string, count: number): Dataset {
  const line = hanzi.repeat(5);
  const poem: CorpusPoem = {
    split: 'train',
    form: 'wuyan',
    title: '',
    author: '',
    text: `${line}，${line}。`,
  };
  return new Dataset(
    Array.from({ length: count }, () => poem),
    vocabulary,
    OPTIONS,
  );
}

describe('a curriculum', () => {
  const [song, tang] = [datasetOf('春', 7), datasetOf('秋', 4)];
  const curriculum = new Curriculum([
    { dataset: song, epochs: 1.5, dropout: 0.1 },
    { dataset: tang, epochs: 2, dropout: 0.3 },
  ]);
  const lessons = (step: number) =>
    [...curriculum.after(step)].map(({ batch, dropout }) => {
      const hanzi = batch.targets.find((id) => vocabulary.isHanzi(id)) as number;
      return `${vocabulary.char(hanzi)} ${dropout}`;
    });

  it('leaves out a stage without epochs', () => {
    const stages = [
      { dataset: song, epochs: 0, dropout: 0.1 },
      { dataset: tang, epochs: 2, dropout: 0.3 },
    ];
    expect(new Curriculum(stages).totalSteps).toBe(4);
  });

  it('goes through its stages in order, each with its own passes and dropout', () => {
    expect(curriculum.totalSteps).toBe(10);
    expect(lessons(0)).toEqual([...Array(6).fill('春 0.1'), ...Array(4).fill('秋 0.3')]);
  });

  it('goes on after any step as if it had never been left', () => {
    for (let step = 0; step <= 10; step++) expect(lessons(step)).toEqual(lessons(0).slice(step));
    const batches = (step: number) => [...curriculum.after(step)].map(({ batch }) => [...batch.inputs]);
    for (const step of [3, 5, 7]) expect(batches(step)).toEqual(batches(0).slice(step));
  });

  it('counts passes over the poems of each stage', () => {
    expect([0, 2, 4, 6, 8, 10].map((step) => curriculum.epochs(step))).toEqual([0, 0.5, 1, 1.5, 2.5, 3.5]);
  });
});
