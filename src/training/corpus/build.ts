/** From the texts of a source to the poems of the corpus: clean, drop what repeats, split. */
import { FORM_TAGS, type FormTag } from '../../poetry/form.ts';
import { clean, cleanName, FLAWS, type Flaw } from './clean.ts';
import type { CorpusPoem, Split } from './corpus.ts';
import { SPLITS } from './corpus.ts';
import { findRepetitions, type Repetition } from './duplicates.ts';
import { fold } from './fold.ts';
import { findRepeated } from './held-out.ts';
import { splitByHash } from './split.ts';

/** A poem as its source has it, in traditional script. */
export interface SourceText {
  readonly title: string;
  readonly author: string;
  readonly text: string;
}

export const DROP_REASONS = [...FLAWS, 'duplicate', 'near-duplicate'] as const;
export type DropReason = Flaw | Repetition;

/** How many poems were read, dropped and kept. */
export interface Tally {
  readonly read: number;
  readonly dropped: { readonly [reason in DropReason]: number };
  readonly kept: { readonly [form in FormTag]: { readonly [split in Split]: number } };
}

export interface BuiltCorpus {
  readonly poems: readonly CorpusPoem[];
  readonly tally: Tally;
}

/** A text that was not taken, for those who want to look at it. */
export type OnDrop<Source> = (source: Source, reason: DropReason) => void;

/** Builds the corpus, in the order of the sources. */
export function buildCorpus<Source extends SourceText>(
  sources: Iterable<Source>,
  onDrop: OnDrop<Source> = () => {},
): BuiltCorpus {
  return build(sources, findRepetitions, splitByHash, onDrop);
}

/**
 * Builds a corpus to train on before `corpus`: all of it is training poems, and none of them repeats a poem of
 * `corpus`, or even a line of those that are held out there.
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

/** `repetitionsOf` and `splitsOf` get the folded hanzi of the texts that are clean, and of those that are kept. */
function build<Source extends SourceText>(
  sources: Iterable<Source>,
  repetitionsOf: (keys: readonly string[]) => readonly (Repetition | null)[],
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
    const split = splits[index] as Split;
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
