import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import type { Card } from '../../src/model/card.ts';
import type { Checkpoint } from '../../src/model/checkpoint.ts';
import { Random } from '../../src/model/random.ts';
import { FORM_NAMES, FORMS } from '../../src/poetry/form.ts';
import type { CorpusPoem } from '../../src/training/corpus/corpus.ts';
import { initialParameters } from '../../src/training/network/network.ts';
import { evaluateVerse, type VerseOptions, type VerseResults } from '../../src/training/verse-evaluation.ts';
import { verseTable } from '../../src/training/verse-table.ts';
import { VOCABULARY } from '../model/tiny-model.ts';

const architecture = {
  cell: 'lstm',
  vocabulary: VOCABULARY.size,
  embedding: 4,
  hidden: 6,
  layers: 2,
  tied: true,
} as const;

const checkpoint: Checkpoint = {
  name: 'tiny',
  folder: 'nowhere',
  architecture,
  parameters: initialParameters(architecture, 1),
  vocabulary: VOCABULARY,
  card: { recipe: { name: 'tiny' } } as Card,
  ngrams: null,
  parallels: null,
  reward: null,
  critic: null,
};

const random = new Random(9);
const poems: CorpusPoem[] = FORM_NAMES.flatMap((form) =>
  Array.from({ length: 3 }, (_, i): CorpusPoem => {
    const { lines, length } = FORMS[form];
    const line = () =>
      Array.from({ length }, () => VOCABULARY.hanzi[random.below(VOCABULARY.hanzi.length)]).join('');
    const text = Array.from({ length: lines / 2 }, () => `${line()}，${line()}。`).join('');
    return { split: i === 0 ? 'train' : 'test', form, title: '無題', author: '無名', text };
  }),
);

const OPTIONS: VerseOptions = { poems: 6, meter: 'strict', mood: 'free', candidates: 2, kept: 2, seed: 3 };
const evaluate = (options: Partial<VerseOptions> = {}, corpus: readonly CorpusPoem[] = poems) =>
  evaluateVerse(
    checkpoint,
    corpus,
    { ...OPTIONS, ...options },
    async () => 5,
    () => {},
  );
const untimed = (results: VerseResults) =>
  Object.entries(results).map(([form, { generated, human }]) => [
    form,
    { ...generated, msPerPoem: 0 },
    human,
  ]);

beforeAll(async () => {
  await startEngine('wasm');
});

describe('verse measured beside people’s', () => {
  it('covers every form and acrostics, each with as many poems as asked for', async () => {
    const results = await evaluate();
    expect(Object.keys(results)).toEqual([...FORM_NAMES, 'acrostic']);
    for (const { generated } of Object.values(results)) {
      expect(generated.poems).toBe(6);
      expect(generated.shape).toBe(1);
      expect(generated.heads).toBe(1);
      expect(generated.specials).toBe(0);
      expect(generated.nllHanzi).toBeGreaterThan(0);
      expect(generated.msPerPoem).toBeGreaterThan(0);
    }
    for (const form of FORM_NAMES)
      expect(results[form].human).toMatchObject({ poems: 2, shape: 1, heads: null, nllHanzi: 5 });
    expect(results.acrostic.human).toMatchObject({ poems: 0, rhyme: null, distinct1: null });
  });

  it('is the same for the same seed, and another for another', async () => {
    const first = untimed(await evaluate());
    expect(untimed(await evaluate())).toEqual(first);
    expect(untimed(await evaluate({ seed: 4 }))).not.toEqual(first);
  });

  it('sees what a meter promises', async () => {
    const strict = await evaluate();
    const none = await evaluate({ meter: 'none', poems: 20 });
    for (const form of FORM_NAMES) {
      expect(strict[form].generated).toMatchObject({
        rhyme: 1,
        toneStrict: 1,
        toneLoose: 1,
        toneCharacter: 1,
      });
      expect(none[form].generated.toneStrict).toBeLessThan(0.5);
      expect(none[form].generated.rhyme).toBeLessThan(0.5);
    }
  });

  it('counts human lines that stand in the training split', async () => {
    const copy = poems.map((poem) => ({
      ...poem,
      text: (poems.find((p) => p.form === poem.form) as CorpusPoem).text,
    }));
    const results = await evaluate({ poems: 1 }, copy);
    expect(results.qilv.human.copiedLines).toBe(16);
    expect(results.wujue.human.copiedLines).toBe(8);
    expect((await evaluate({ poems: 1 })).qilv.human.copiedLines).toBe(0);
  });

  it('goes without people where the test split has no poem of a form', async () => {
    const results = await evaluate(
      { poems: 1 },
      poems.filter(({ form }) => form === 'qilv'),
    );
    expect(results.wujue.generated).toMatchObject({ poems: 1, shape: 1 });
    expect(results.wujue.human).toMatchObject({ poems: 0, shape: null });
  });

  it('fits a table with a column for each side', async () => {
    const lines = verseTable(await evaluate({ poems: 1 })).split('\n');
    expect(lines).toHaveLength(2 + 17);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });
});
