import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random.ts';
import { markedVerseLines, verseLines } from '../../../src/poetry/verse-lines.ts';
import { buildCorpus, buildPretrainingCorpus, type SourceText } from '../../../src/training/corpus/build.ts';
import { CORPUS_PATH, type CorpusPoem, readCorpus } from '../../../src/training/corpus/corpus.ts';
import { fold } from '../../../src/training/corpus/fold.ts';

/** Poems of random hanzi: no two share more than chance has it. */
function randomPoems(count: number, seed: number): SourceText[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, number) => {
    const [lines, length] = [
      [4, 5],
      [4, 7],
      [8, 5],
    ][random.below(3)] as [number, number];
    let text = '';
    for (let line = 0; line < lines; line++) {
      for (let i = 0; i < length; i++) text += String.fromCodePoint(0x6000 + random.below(3000));
      text += line % 2 === 0 ? '，' : '。';
    }
    return { title: `詩 ${number}`, author: '甲', text };
  });
}

/** The poem with one hanzi of every line changed. */
function withVariants({ title, text }: SourceText, random: Random): SourceText {
  const lines = markedVerseLines(text).map((line) => {
    const characters = Array.from(line);
    characters[random.below(characters.length - 1)] = '變';
    return characters.join('');
  });
  return { title, author: '乙', text: lines.join('') };
}

/** The poem's second half, which is a poem of its own if it has four lines. */
const secondHalf = ({ title, text }: SourceText): SourceText => ({
  title,
  author: '丙',
  text: text.slice(text.length / 2),
});

const linesOf = (text: string) => verseLines(text).map(fold);

/**
 * The held-out poems of which a training poem has half the lines or more, or the other way round. GeneratedPoem without
 * the measure that the build uses.
 */
function leaks(poems: readonly CorpusPoem[]): string[] {
  const where = new Map<string, number[]>();
  poems.forEach((poem, index) => {
    if (poem.split !== 'train') return;
    for (const line of new Set(linesOf(poem.text))) where.set(line, [...(where.get(line) ?? []), index]);
  });
  return poems.flatMap((poem) => {
    if (poem.split === 'train') return [];
    const lines = linesOf(poem.text);
    const shared = new Map<number, number>();
    for (const line of new Set(lines)) {
      for (const index of where.get(line) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1);
    }
    return [...shared].flatMap(([index, count]) => {
      const other = poems[index] as CorpusPoem;
      const fewest = Math.min(lines.length, linesOf(other.text).length);
      return fewest >= 4 && count * 2 >= fewest ? [`${poem.text} / ${other.text}`] : [];
    });
  });
}

describe('building a corpus', () => {
  it('never trains on a held-out poem or a near-copy of one', () => {
    const originals = randomPoems(1500, 7);
    const random = new Random(8);
    const copies = originals.flatMap((poem) => [
      { ...poem, author: '丁' },
      withVariants(poem, random),
      ...(linesOf(poem.text).length === 8 ? [secondHalf(poem)] : []),
    ]);
    const { poems, tally } = buildCorpus(random.shuffle([...originals, ...copies]));
    // One of each family is left, so there is nothing to leak; and what is left is not empty on any side.
    expect(poems.length).toBe(originals.length);
    expect(tally.dropped.duplicate + tally.dropped['near-duplicate']).toBe(copies.length);
    expect(poems.filter(({ split }) => split === 'test').length).toBeGreaterThan(10);
    expect(leaks(poems)).toEqual([]);
    // The check itself sees a leak when there is one.
    const [held] = poems.filter(({ split }) => split === 'test') as [CorpusPoem];
    expect(leaks([...poems, { ...held, split: 'train' }])).toHaveLength(1);
  });

  it('keeps poems that only share a phrase, or a line of eight', () => {
    const [a, b] = randomPoems(40, 3).filter(({ text }) => linesOf(text).length === 8) as [
      SourceText,
      SourceText,
    ];
    const line = a.text.slice(0, 6);
    const { poems } = buildCorpus([a, { ...b, text: line + b.text.slice(6) }]);
    expect(poems).toHaveLength(2);
  });

  it('keeps the longer of two near-copies, and of equals the first', () => {
    const long = randomPoems(40, 4).find(({ text }) => linesOf(text).length === 8) as SourceText;
    const short = { title: '短', author: '乙', text: long.text.slice(0, 24) };
    expect(buildCorpus([short, long]).poems.map(({ title }) => title)).toEqual([long.title]);
    expect(buildCorpus([{ ...long, title: '又' }, long]).poems.map(({ title }) => title)).toEqual(['又']);
  });

  it('sees through script, variant characters and punctuation', () => {
    const { tally } = buildCorpus([
      { title: '春曉', author: '孟浩然', text: '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。' },
      { title: '春晓', author: '', text: '春眠不觉晓？处处闻啼鸟！夜来风雨声；花落知多少。' },
    ]);
    expect(tally.dropped.duplicate).toBe(1);
  });

  it('counts every poem read once, as kept or as dropped', () => {
    const dropped: string[] = [];
    const sources = [
      ...randomPoems(30, 5),
      { title: '句', author: '', text: '春眠不覺曉，處處聞啼鳥。' },
      { title: '短', author: '', text: '春。' },
    ];
    const { poems, tally } = buildCorpus(sources, ({ title }, reason) => dropped.push(`${title} ${reason}`));
    expect(dropped).toEqual(['句 fragments', '短 too short']);
    expect(tally.read).toBe(32);
    expect(Object.values(tally.dropped).reduce((sum, count) => sum + count, 0)).toBe(2);
    const kept = Object.values(tally.kept).flatMap((splits) => Object.values(splits));
    expect(kept.reduce((sum, count) => sum + count, 0)).toBe(poems.length);
    expect(poems).toHaveLength(30);
  });

  it('gives the same poems and splits whatever order they come in', () => {
    const sources = randomPoems(300, 6);
    const splits = (poems: readonly CorpusPoem[]) =>
      poems.map(({ split, text }) => `${split} ${text}`).sort();
    expect(splits(buildCorpus([...sources].reverse()).poems)).toEqual(splits(buildCorpus(sources).poems));
  });
});

describe.runIf(existsSync(CORPUS_PATH))('the corpus that is built here', () => {
  it('holds verse in its shape alone, and no near-copies of what is held out', async () => {
    const { poems } = await readCorpus();
    for (const { form, text } of poems) {
      expect(text).toMatch(/^(?:\p{Unified_Ideograph}+[，。])*\p{Unified_Ideograph}+。$/u);
      if (form === 'wujue') expect(text).toMatch(/^(?:\p{L}{5}，\p{L}{5}。){2}$/u);
      if (form === 'qilv') expect(text).toMatch(/^(?:\p{L}{7}，\p{L}{7}。){4}$/u);
    }
    expect(leaks(poems)).toEqual([]);
  });
});

describe('building a corpus to train on before another', () => {
  const { poems: corpus } = buildCorpus(randomPoems(1500, 7));
  const heldOut = corpus.filter(({ split }) => split !== 'train');
  const training = corpus.filter(({ split }) => split === 'train');
  const own = randomPoems(60, 21);

  it('takes its poems to train on, all of them', () => {
    const { poems, tally } = buildPretrainingCorpus(own, corpus);
    expect(poems.map(({ title }) => title)).toEqual(own.map(({ title }) => title));
    expect(new Set(poems.map(({ split }) => split))).toEqual(new Set(['train']));
    expect(tally.read).toBe(60);
  });

  it('takes nothing that gives away a poem that is held out: copy, variant, excerpt, or one line of it', () => {
    const random = new Random(4);
    const quoting = own.slice(0, heldOut.length).map((poem, i) => {
      const line = linesOf((heldOut[i] as CorpusPoem).text)[1] as string;
      return { ...poem, text: `${line}，${poem.text}` };
    });
    const sources = [
      ...heldOut,
      ...heldOut.map((poem) => withVariants(poem, random)),
      ...heldOut.filter(({ text }) => linesOf(text).length === 8).map(secondHalf),
      ...quoting,
    ];
    expect(buildPretrainingCorpus(sources, corpus).poems).toEqual([]);
    expect(leaks([...corpus, ...buildPretrainingCorpus([...own, ...sources], corpus).poems])).toEqual([]);
  });

  it('may quote what is trained on, but repeats neither that nor itself', () => {
    const [known, quoted] = training as [CorpusPoem, CorpusPoem];
    const quoting = { ...(own[0] as SourceText), text: `${quoted.text.slice(0, 6)}${own[0]?.text}` };
    const { poems, tally } = buildPretrainingCorpus([known, quoting, quoting, ...own.slice(1, 4)], corpus);
    expect(poems).toHaveLength(4);
    expect(tally.dropped.duplicate).toBe(2);
  });
});
