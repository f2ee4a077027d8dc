/**
 * The critic's training examples: poems by people and by the model, alike in everything but what is said.
 *
 * Each poem of the model is written in the form and on the title of a poem by a person. Only people's poems that keep
 * strict meter, rhyme and repeat no character are taken, because the model's do so by construction. Otherwise the
 * critic would tell the sides apart by that.
 */

import type { Random } from '../../model/random.ts';
import type { Vocabulary } from '../../model/vocabulary.ts';
import { UNK } from '../../model/vocabulary.ts';
import { compilePlan } from '../../poetry/compile.ts';
import { FORM_NAMES, FORMS, type FormName } from '../../poetry/form.ts';
import type { VersePlan } from '../../poetry/plan.ts';
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

/** A poem with the title that it stands on. */
export interface TitledPoem {
  readonly form: FormName;
  readonly title: string;
  readonly text: string;
}

/**
 * The poems by people that the model's can be held against: in the four forms, strict in meter and rhyme, without a
 * repeated or unknown character, and with a title that says something.
 */
export function cleanPoems(poems: readonly CorpusPoem[], vocabulary: Vocabulary): TitledPoem[] {
  const clean: TitledPoem[] = [];
  for (const { form, title, text } of poems) {
    const name = FORM_NAMES.find((each) => each === form);
    const theme = themeOf(title);
    if (!name || theme === '' || [...text].some((char) => vocabulary.id(char) === UNK)) continue;
    const { kept, repeatedCharacters } = reportOnText(text, name);
    if (kept.toneStrict && kept.rhyme && repeatedCharacters === 0) {
      clean.push({ form: name, title: theme, text });
    }
  }
  return clean;
}

/** The plan of a poem in the form and on the title of a person's. */
export function planOf({ form, title }: TitledPoem): VersePlan {
  return compilePlan({ kind: 'poem', opening: '', form, title, meter: 'strict', rhyme: 'auto' });
}

/** This share of the poems stand without their title, on both sides alike, because not every poem that is judged has one. */
const UNTITLED_SHARE = 0.2;
/** So many poems by people, compared with all of them, stand on a title that is not theirs. They count as the model's. */
const STRANGE_TITLE_SHARE = 0.25;

/**
 * Examples of both sides; `models[i]` is the text that the model wrote in the form and on the title of `peoples[i]`. With
 * `strangeTitles`, there are also poems by people behind the title of another poem of their form, so that the critic
 * listens to the title.
 */
export function examplesOf(
  peoples: readonly TitledPoem[],
  models: readonly string[],
  vocabulary: Vocabulary,
  random: Random,
  { strangeTitles }: { readonly strangeTitles: boolean },
): CriticExample[] {
  const examples: CriticExample[] = [];
  const before = new Map<FormName, string>();
  for (const [i, poem] of peoples.entries()) {
    const title = random.uniform() < UNTITLED_SHARE ? '' : poem.title;
    examples.push(exampleOf({ ...poem, title }, 1, vocabulary));
    examples.push(exampleOf({ ...poem, title, text: models[i] ?? '' }, 0, vocabulary));
    const strange = before.get(poem.form);
    before.set(poem.form, poem.title);
    if (strangeTitles && strange !== undefined && random.uniform() < STRANGE_TITLE_SHARE) {
      examples.push(exampleOf({ ...poem, title: strange }, 0, vocabulary));
    }
  }
  return examples;
}

export function exampleOf(
  { form, title, text }: TitledPoem,
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
