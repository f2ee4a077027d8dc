/**
 * Measures poems as verse: those of a decoder, side by side with those of people.
 *
 * Openings and heads are drawn from the test split, so training has seen neither them nor the human poems.
 */

import { openDecoder } from '../decoding/open-decoder.ts';
import type { Checkpoint } from '../model/checkpoint.ts';
import { Random } from '../model/random.ts';
import { compilePlan } from '../poetry/compile.ts';
import { FORM_NAMES, type FormName, type LineLength } from '../poetry/form.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { reportOn, reportOnText, type VerseReport } from '../poetry/report.ts';
import type { Meter } from '../poetry/request.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { AttestedFeet } from './attested-feet.ts';
import type { CorpusPoem } from './corpus/corpus.ts';
import { distinctShare } from './distinct.ts';
import { type GenerationOptions, generateAll, type SearchedPoem } from './generation.ts';

export interface VerseOptions extends GenerationOptions {
  /** Poems of each form. */
  readonly poems: number;
  readonly meter: Meter;
}

/** The measurements of one side. Shares of poems are from 0 to 1; a measure that does not apply is null. */
export interface VerseScores {
  readonly poems: number;
  /** Share of poems with the right lengths, hanzi and marks. */
  readonly shape: number | null;
  /** Share of poems with every given character in its place. */
  readonly heads: number | null;
  /** Shares of poems that keep the rhyme, a strict tone pattern, and a loose one. */
  readonly rhyme: number | null;
  readonly toneStrict: number | null;
  readonly toneLoose: number | null;
  /** Mean share of a poem's hanzi that fit its nearest strict pattern. */
  readonly toneCharacter: number | null;
  /** The number of characters, in all poems, that are neither hanzi nor marks of verse. */
  readonly specials: number | null;
  /** The number of lines, in all poems, that are in the training split. Lines that were given whole do not count. */
  readonly copiedLines: number | null;
  /** Share of poems in which a hanzi comes back. Doublings (悠悠) do not count. */
  readonly repeatedCharacter: number | null;
  /** Share of poems in which a pair of neighbours comes back. */
  readonly repeatedBigram: number | null;
  /** Share of feet that are attested in the training split. Higher is not better: beyond people's, verse is worn. */
  readonly attestedFeet: number | null;
  /** Different n-grams within lines over all n-grams within lines, of as many poems on either side. */
  readonly distinct1: number | null;
  readonly distinct2: number | null;
  readonly distinct3: number | null;
  /** The model's mean NLL in nats of a hanzi, without the constraints of a plan. */
  readonly nllHanzi: number | null;
  readonly msPerPoem: number | null;
}

export interface Comparison {
  readonly generated: VerseScores;
  readonly human: VerseScores;
}

export type VerseResults = { readonly [form in FormName | 'acrostic']: Comparison };

/** The model's mean NLL in nats a hanzi over human poems of the test split. */
export type ScoreHuman = (poems: readonly CorpusPoem[]) => Promise<number>;

/** Measures all forms and acrostics on the engine of this thread. */
export async function evaluateVerse(
  checkpoint: Checkpoint,
  poems: readonly CorpusPoem[],
  options: VerseOptions,
  scoreHuman: ScoreHuman,
  onProgress: (form: string, done: number) => void,
): Promise<VerseResults> {
  const decoder = await openDecoder(checkpoint);
  const training = readTrainingVerse(poems);
  const random = new Random(options.seed);
  const test = poems.filter(({ split }) => split === 'test');
  const results: Partial<Record<FormName | 'acrostic', Comparison>> = {};
  try {
    for (const form of FORM_NAMES) {
      const human = test.filter((poem) => poem.form === form);
      const plans = Array.from({ length: options.poems }, () =>
        planOpening(human.length > 0 ? human : test, form, options, random),
      );
      const { poems: written, ms } = await generateAll(decoder, plans, options, (done) =>
        onProgress(form, done),
      );
      const texts = written.map(({ characters }) => characters.join(''));
      const equal = Math.min(texts.length, human.length);
      results[form] = {
        generated: scoreGenerated(written, ms, training, texts.slice(0, equal)),
        human: await scoreHumanPoems(human, form, training, scoreHuman, equal),
      };
    }
    const plans = Array.from({ length: options.poems }, () => planHeads(test, options, random));
    const { poems: written, ms } = await generateAll(decoder, plans, options, (done) =>
      onProgress('acrostic', done),
    );
    const texts = written.map(({ characters }) => characters.join(''));
    results.acrostic = { generated: scoreGenerated(written, ms, training, texts), human: NO_POEMS };
  } finally {
    decoder.dispose();
  }
  return results as VerseResults;
}

/** What the training split holds, for comparison. */
interface TrainingVerse {
  readonly lines: ReadonlySet<string>;
  readonly feet: AttestedFeet;
}

function readTrainingVerse(poems: readonly CorpusPoem[]): TrainingVerse {
  const training = poems.filter(({ split }) => split === 'train');
  const lines = training.flatMap(({ text }) => verseLines(text));
  return { lines: new Set(lines), feet: new AttestedFeet(lines) };
}

/** A plan with the opening of one of the human poems, of one or two hanzi. */
function planOpening(
  human: readonly CorpusPoem[],
  form: FormName,
  { meter }: VerseOptions,
  random: Random,
): VersePlan {
  const { text } = drawFrom(human, random);
  const opening = [...verseLines(text).join('')].slice(0, 1 + random.below(2)).join('');
  return compilePlan({ kind: 'poem', opening, form, title: '', meter, rhyme: 'auto' });
}

/** A plan with two to sixteen heads from the test split, in lines of five or seven. */
function planHeads(test: readonly CorpusPoem[], { meter }: VerseOptions, random: Random): VersePlan {
  const draw = () => drawFrom([...verseLines(drawFrom(test, random).text).join('')], random);
  const heads = Array.from({ length: 2 + random.below(15) }, draw).join('');
  const length: LineLength = random.below(2) === 0 ? 5 : 7;
  return compilePlan({ kind: 'acrostic', title: '', heads, length, meter, rhyme: 'auto' });
}

/** Throws a RangeError if there are no items. */
function drawFrom<T>(items: readonly T[], random: Random): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('there is nothing to draw from');
  return item;
}

function scoreGenerated(
  written: readonly SearchedPoem[],
  ms: number,
  training: TrainingVerse,
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
    copiedLines: written.reduce((n, poem) => n + copied(poem, training.lines), 0),
    attestedFeet: training.feet.share(written.flatMap(({ characters }) => verseLines(characters.join('')))),
    ...distinct(equalTexts),
    nllHanzi: hanzi > 0 ? nll / hanzi : null,
    msPerPoem: ms / written.length,
  };
}

async function scoreHumanPoems(
  poems: readonly CorpusPoem[],
  form: FormName,
  training: TrainingVerse,
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
    copiedLines: texts.flatMap(verseLines).filter((line) => training.lines.has(line)).length,
    attestedFeet: training.feet.share(texts.flatMap(verseLines)),
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
  attestedFeet: null,
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

/** The number of a generated poem's lines that are in the training split and were not given whole. */
function copied({ characters, plan }: SearchedPoem, trainingLines: ReadonlySet<string>): number {
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
  const lines = texts.flatMap(verseLines).map((line) => [...line]);
  const of = (n: number) => distinctShare(lines, n);
  return { distinct1: of(1), distinct2: of(2), distinct3: of(3) };
}
