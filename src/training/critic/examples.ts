/**
 * What the critic learns from: people's poems and the model's, alike in everything but what is said.
 *
 * Each poem of the model is written in the form and on the title of a poem by a person. Only people's poems that keep
 * strict meter, rhyme and repeat no character are taken, because the model's do so by construction. Otherwise the
 * critic would tell the sides apart by that.
 */

import type { Random } from '../../model/random.ts';
import type { Vocabulary } from '../../model/vocabulary.ts';
import { UNK } from '../../model/vocabulary.ts';
import { FORM_NAMES, FORMS, type FormName } from '../../poetry/form.ts';
import { reportOnText } from '../../poetry/report.ts';
import { themeOf } from '../../poetry/theme.ts';
import type { CorpusPoem } from '../corpus/corpus.ts';
import type { CriticBatch } from './critic-network.ts';

/** A poem as the critic reads it. */
export interface CriticExample {
  readonly form: FormName;
  /** The form's tag, the title if there is one, BOS, then characters and marks without the end. */
  readonly tokens: readonly number[];
  /** Where the poem begins in `tokens`: the index after BOS. */
  readonly start: number;
  /** 1 if a person wrote it. */
  readonly label: 0 | 1;
}

/** A person's poem that the model's can be held against. */
export interface CleanPoem {
  readonly form: FormName;
  /** Empty if its title says nothing of it. */
  readonly title: string;
  readonly text: string;
}

/** The poems of the four forms that keep strict meter and rhyme, repeat no character, and have no unknown one. */
export function cleanPoems(poems: readonly CorpusPoem[], vocabulary: Vocabulary): CleanPoem[] {
  const clean: CleanPoem[] = [];
  for (const { form, title, text } of poems) {
    const name = FORM_NAMES.find((each) => each === form);
    if (!name || [...text].some((char) => vocabulary.id(char) === UNK)) continue;
    const { kept, repeatedCharacters } = reportOnText(text, name);
    if (kept.toneStrict && kept.rhyme && repeatedCharacters === 0) {
      clean.push({ form: name, title: themeOf(title), text });
    }
  }
  return clean;
}

export function exampleOf(
  { form, title, text }: CleanPoem,
  label: 0 | 1,
  vocabulary: Vocabulary,
): CriticExample {
  const tokens = vocabulary.encode({ form, text }, { title }).slice(0, -1);
  return { form, tokens, start: vocabulary.prefix(form, { title }).length, label };
}

/** The indices in `tokens` after which a couplet of the poem is over. */
export function coupletEnds({
  form,
  tokens,
  start,
}: Pick<CriticExample, 'form' | 'tokens' | 'start'>): number[] {
  const couplet = 2 * (FORMS[form].length + 1);
  const ends: number[] = [];
  for (let end = start + couplet; end <= tokens.length; end += couplet) ends.push(end);
  return ends;
}

/**
 * One pass over the examples in batches of sequences of one length. Each example is cut after one of its couplets, half
 * of the time after the last, so that the critic learns to judge poems that are still being written.
 */
export function* criticBatches(
  examples: readonly CriticExample[],
  rows: number,
  random: Random,
): Generator<CriticBatch> {
  const byLength = new Map<number, { tokens: readonly number[]; label: 0 | 1 }[]>();
  const batches: CriticBatch[] = [];
  const close = (group: readonly { tokens: readonly number[]; label: 0 | 1 }[]) => {
    batches.push({
      sequences: group.map(({ tokens }) => tokens),
      labels: Float32Array.from(group, ({ label }) => label),
    });
  };
  for (const example of random.shuffle([...examples])) {
    const ends = coupletEnds(example);
    const end = random.uniform() < 0.5 ? ends.at(-1) : ends[random.below(ends.length)];
    const tokens = example.tokens.slice(0, end);
    const group = byLength.get(tokens.length) ?? [];
    group.push({ tokens, label: example.label });
    byLength.set(tokens.length, group);
    if (group.length === rows) {
      close(group);
      byLength.delete(tokens.length);
    }
  }
  for (const group of byLength.values()) close(group);
  yield* random.shuffle(batches);
}
