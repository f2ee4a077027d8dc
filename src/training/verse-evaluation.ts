/**
 * Poems measured as verse: what a decoder writes, side by side with what people wrote.
 *
 * Openings and heads are drawn from the test split, so the model has seen neither them nor the human poems.
 */

import type { Checkpoint } from '../model/checkpoint.ts';
import { Random } from '../model/random.ts';
import { compilePlan } from '../poetry/compile.ts';
import { FORM_NAMES, type FormName, type LineLength } from '../poetry/form.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { reportOn, reportOnText, type VerseReport } from '../poetry/report.ts';
import type { Meter } from '../poetry/request.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import type { Poem } from './corpus/corpus.ts';
import { openDecoder, type WritingOptions, type Written, writeAll } from './writing.ts';

export interface VerseOptions extends WritingOptions {
  /** Poems of each form. */
  readonly poems: number;
  readonly meter: Meter;
}

/** What is measured of one side. Shares of poems are from 0 to 1; what does not apply is null. */
export interface VerseScores {
  readonly poems: number;
  readonly shape: number | null;
  /** Every given character stands where it was asked for. */
  readonly heads: number | null;
  readonly rhyme: number | null;
  readonly toneStrict: number | null;
  readonly toneLoose: number | null;
  /** Mean share of the hanzi that fit the nearest strict pattern. */
  readonly toneCharacter: number | null;
  /** Characters, in all poems, that are neither hanzi nor the marks of verse. */
  readonly specials: number | null;
  /** Verse lines, in all poems, that stand in the training split; lines that were given whole do not count. */
  readonly copiedLines: number | null;
  /** Share of poems in which a hanzi comes back, doublings (悠悠) aside. */
  readonly repeatedCharacter: number | null;
  /** Share of poems in which a pair of neighbours comes back. */
  readonly repeatedBigram: number | null;
  /** Different n-grams within lines over all of them, over as many lines on either side. */
  readonly distinct1: number | null;
  readonly distinct2: number | null;
  readonly distinct3: number | null;
  /** Mean NLL in nats of the hanzi that were written, by the model, with no constraint. */
  readonly nllHanzi: number | null;
  readonly msPerPoem: number | null;
}

export interface Comparison {
  readonly generated: VerseScores;
  readonly human: VerseScores;
}

export type VerseResults = { readonly [form in FormName | 'acrostic']: Comparison };

/** The model's mean NLL in nats a hanzi over human poems of the test split. */
export type ScoreHuman = (poems: readonly Poem[]) => Promise<number>;

/** Runs the whole comparison on the engine of this thread. */
export async function evaluateVerse(
  checkpoint: Checkpoint,
  poems: readonly Poem[],
  options: VerseOptions,
  scoreHuman: ScoreHuman,
  onProgress: (form: string, done: number) => void,
): Promise<VerseResults> {
  const decoder = await openDecoder(checkpoint);
  const trainingLines = new Set(
    poems.filter(({ split }) => split === 'train').flatMap(({ text }) => verseLines(text)),
  );
  const random = new Random(options.seed);
  const test = poems.filter(({ split }) => split === 'test');
  const results: Partial<Record<FormName | 'acrostic', Comparison>> = {};
  try {
    for (const form of FORM_NAMES) {
      const human = test.filter((poem) => poem.form === form);
      const plans = Array.from({ length: options.poems }, () =>
        planOpening(human.length > 0 ? human : test, form, options, random),
      );
      const { written, ms } = await writeAll(decoder, plans, options, (done) => onProgress(form, done));
      const texts = written.map(({ characters }) => characters.join(''));
      const equal = Math.min(texts.length, human.length);
      results[form] = {
        generated: scoreWritten(written, ms, trainingLines, texts.slice(0, equal)),
        human: await scoreHumanPoems(human, form, trainingLines, scoreHuman, equal),
      };
    }
    const plans = Array.from({ length: options.poems }, () => planHeads(test, options, random));
    const { written, ms } = await writeAll(decoder, plans, options, (done) => onProgress('acrostic', done));
    const texts = written.map(({ characters }) => characters.join(''));
    results.acrostic = { generated: scoreWritten(written, ms, trainingLines, texts), human: NO_POEMS };
  } finally {
    decoder.dispose();
  }
  return results as VerseResults;
}

/** A plan that begins as one of the poems does, with its first one or two hanzi. */
function planOpening(
  human: readonly Poem[],
  form: FormName,
  { meter }: VerseOptions,
  random: Random,
): VersePlan {
  const poem = human[random.below(human.length)] as Poem;
  const opening = [...verseLines(poem.text).join('')].slice(0, 1 + random.below(2)).join('');
  return compilePlan({ kind: 'poem', opening, form, title: '', meter, rhyme: 'auto' });
}

/** A plan with two to sixteen heads drawn from the test split, in lines of five or seven. */
function planHeads(test: readonly Poem[], { meter }: VerseOptions, random: Random): VersePlan {
  const draw = () => {
    const hanzi = verseLines((test[random.below(test.length)] as Poem).text).join('');
    const characters = [...hanzi];
    return characters[random.below(characters.length)] as string;
  };
  const heads = Array.from({ length: 2 + random.below(15) }, draw).join('');
  const length: LineLength = random.below(2) === 0 ? 5 : 7;
  return compilePlan({ kind: 'acrostic', heads, length, meter, rhyme: 'auto' });
}

function scoreWritten(
  written: readonly Written[],
  ms: number,
  trainingLines: ReadonlySet<string>,
  equalTexts: readonly string[],
): VerseScores {
  const reports = written.map(({ characters, plan }) => reportOn({ characters, plan }));
  const nll = written.reduce((sum, poem) => sum + poem.nll, 0);
  const hanzi = written.reduce((sum, poem) => sum + poem.hanzi, 0);
  return {
    poems: written.length,
    shape: share(reports, ({ kept }) => kept.shape),
    heads: share(reports, ({ kept }) => kept.given),
    ...verseShares(reports),
    specials: written.reduce((n, { characters }) => n + characters.join('').replace(ORDINARY, '').length, 0),
    copiedLines: written.reduce((n, poem) => n + copied(poem, trainingLines), 0),
    ...distinct(equalTexts),
    nllHanzi: hanzi > 0 ? nll / hanzi : null,
    msPerPoem: ms / written.length,
  };
}

async function scoreHumanPoems(
  poems: readonly Poem[],
  form: FormName,
  trainingLines: ReadonlySet<string>,
  scoreHuman: ScoreHuman,
  equal: number,
): Promise<VerseScores> {
  if (poems.length === 0) return NO_POEMS;
  const reports = poems.map(({ text }) => reportOnText(text, form));
  const texts = poems.map(({ text }) => text);
  return {
    poems: poems.length,
    shape: share(reports, ({ kept }) => kept.shape),
    heads: null,
    ...verseShares(reports),
    specials: texts.reduce((n, text) => n + text.replace(ORDINARY, '').length, 0),
    copiedLines: texts.flatMap(verseLines).filter((line) => trainingLines.has(line)).length,
    ...distinct(texts.slice(0, equal)),
    nllHanzi: await scoreHuman(poems),
    msPerPoem: null,
  };
}

const ORDINARY = /[\p{Unified_Ideograph}，。]/gu;

const NO_POEMS: VerseScores = {
  poems: 0,
  shape: null,
  heads: null,
  rhyme: null,
  toneStrict: null,
  toneLoose: null,
  toneCharacter: null,
  specials: null,
  copiedLines: null,
  repeatedCharacter: null,
  repeatedBigram: null,
  distinct1: null,
  distinct2: null,
  distinct3: null,
  nllHanzi: null,
  msPerPoem: null,
};

function share(reports: readonly VerseReport[], holds: (report: VerseReport) => boolean): number {
  return reports.filter(holds).length / reports.length;
}

/** Tone, rhyme and repetition. */
function verseShares(reports: readonly VerseReport[]) {
  return {
    rhyme: share(reports, ({ kept }) => kept.rhyme),
    toneStrict: share(reports, ({ kept }) => kept.toneStrict),
    toneLoose: share(reports, ({ kept }) => kept.toneLoose),
    toneCharacter: reports.reduce((sum, { kept }) => sum + kept.toneCharacter, 0) / reports.length,
    repeatedCharacter: share(reports, ({ repeatedCharacters }) => repeatedCharacters > 0),
    repeatedBigram: share(reports, ({ repeatedBigrams }) => repeatedBigrams > 0),
  };
}

/** Lines of a poem of ours that stand in the training split, but for those that the asker gave whole. */
function copied({ characters, plan }: Written, trainingLines: ReadonlySet<string>): number {
  let count = 0;
  for (let line = 0; line < plan.lines; line++) {
    const start = line * (plan.length + 1);
    const given = plan.slots.slice(start, start + plan.length).every(({ kind }) => kind === 'given');
    const text = characters.slice(start, start + plan.length).join('');
    if (!given && trainingLines.has(text)) count++;
  }
  return count;
}

function distinct(texts: readonly string[]): Pick<VerseScores, 'distinct1' | 'distinct2' | 'distinct3'> {
  const of = (n: number) => {
    const seen = new Set<string>();
    let total = 0;
    for (const line of texts.flatMap(verseLines)) {
      const characters = [...line];
      for (let at = 0; at + n <= characters.length; at++) {
        seen.add(characters.slice(at, at + n).join(''));
        total++;
      }
    }
    return total > 0 ? seen.size / total : null;
  };
  return { distinct1: of(1), distinct2: of(2), distinct3: of(3) };
}
