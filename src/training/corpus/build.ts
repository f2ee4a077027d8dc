/** Builds a corpus from the texts of a source: cleans them, drops repetitions, and splits the rest. */
import { FORM_TAGS, type FormTag } from '../../poetry/form.ts';
import { clean, cleanName, FLAWS, type Flaw } from './clean.ts';
import type { CorpusPoem, Split } from './corpus.ts';
import { SPLITS } from './corpus.ts';
import { findRepetitions, type RepetitionFlaw } from './duplicates.ts';
import { fold } from './fold.ts';
import { findRepeated } from './held-out.ts';
import { splitByHash } from './split.ts';

/** A poem as it is in its source, in traditional script. */
export interface SourceText {
  readonly title: string;
  readonly author: string;
  readonly text: string;
}

export const DROP_REASONS = [...FLAWS, 'duplicate', 'near-duplicate'] as const;
export type DropReason = Flaw | RepetitionFlaw;

/** The numbers of poems that were read, dropped and kept. */
export interface Tally {
  readonly read: number;
  readonly dropped: { readonly [reason in DropReason]: number };
  readonly kept: { readonly [form in FormTag]: { readonly [split in Split]: number } };
}

export interface BuiltCorpus {
  readonly poems: readonly CorpusPoem[];
  readonly tally: Tally;
}

/** Called for every text that is dropped. */
export type OnDrop<Source> = (source: Source, reason: DropReason) => void;

/** Builds the corpus. Poems keep the order of their sources. */
export function buildCorpus<Source extends SourceText>(
  sources: Iterable<Source>,
  onDrop: OnDrop<Source> = () => {},
): BuiltCorpus {
  return build(sources, findRepetitions, splitByHash, onDrop);
}

/**
 * Builds the corpus of a pretraining stage. All its poems are for training. None of them repeats a poem of `corpus`, or a
 * line of a poem that `corpus` holds out.
 */
export function buildPretrainingCorpus<Source extends SourceText>(
  sources: Iterable<Source>,
  corpus: readonly CorpusPoem[],
  onDrop: OnDrop<Source> = () => {},
): BuiltCorpus {
  const known = corpus.map(({ split, text }) => ({ key: fold(text), heldOut: split !== 'train' }));
  return build(
    sources,
    (keys) => findRepeated(keys, known),
    (keys) => keys.map(() => 'train'),
    onDrop,
  );
}

/** `repetitionsOf` gets the folded hanzi of the clean texts, `splitsOf` those of the texts that are kept. */
function build<Source extends SourceText>(
  sources: Iterable<Source>,
  repetitionsOf: (keys: readonly string[]) => readonly (RepetitionFlaw | null)[],
  splitsOf: (keys: readonly string[]) => readonly Split[],
  onDrop: OnDrop<Source>,
): BuiltCorpus {
  const dropped = tallyOf(DROP_REASONS, () => 0);
  const drop = (source: Source, reason: DropReason) => {
    dropped[reason] += 1;
    onDrop(source, reason);
  };
  let read = 0;
  const clear: { source: Source; form: FormTag; text: string; key: string }[] = [];
  for (const source of sources) {
    read += 1;
    const result = clean(source.title, source.text);
    if (typeof result === 'string') drop(source, result);
    else clear.push({ source, ...result, key: fold(result.text) });
  }
  const repetitions = repetitionsOf(clear.map(({ key }) => key));
  const kept = clear.filter(({ source }, index) => {
    const repetition = repetitions[index];
    if (repetition) drop(source, repetition);
    return !repetition;
  });
  const splits = splitsOf(kept.map(({ key }) => key));
  const poems = kept.map(({ source, form, text }, index): CorpusPoem => {
    const split = splits[index];
    if (!split) throw new RangeError('a poem has no split');
    return { split, form, title: cleanName(source.title), author: cleanName(source.author), text };
  });
  const counts = tallyOf(FORM_TAGS, () => tallyOf(SPLITS, () => 0));
  for (const { form, split } of poems) counts[form][split] += 1;
  return { poems, tally: { read, dropped, kept: counts } };
}

function tallyOf<Key extends string, Value>(
  keys: readonly Key[],
  value: () => Value,
): { [key in Key]: Value } {
  return Object.fromEntries(keys.map((key) => [key, value()])) as { [key in Key]: Value };
}
