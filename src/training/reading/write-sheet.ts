/** Writes the poems of a sheet for blind readers: those of checkpoints and moods, and those of people. */

import { openDecoder } from '../../decoding/open-decoder.ts';
import type { SearchSettings } from '../../decoding/search.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { Random } from '../../model/random.ts';
import { compilePlan } from '../../poetry/compile.ts';
import type { Mood } from '../../poetry/request.ts';
import { toSimplified } from '../../poetry/script.ts';
import { themeOf } from '../../poetry/theme.ts';
import { markedVerseLines } from '../../poetry/verse-lines.ts';
import type { CorpusPoem } from '../corpus/corpus.ts';
import { generateAll, type SearchedPoem } from '../generation.ts';
import { layOutSheet, type SheetGroup, type SheetKey, type SheetPoem } from './sheet.ts';
import { drawWishes, type Wish } from './wishes.ts';

/** A checkpoint, the mood in which it writes, and how it searches. */
export interface Side {
  readonly checkpoint: Checkpoint;
  readonly mood: Mood;
  readonly search: SearchSettings;
}

export interface SheetOptions {
  /** Poems of each side. */
  readonly poems: number;
  readonly seed: number;
}

/** Writes the poems on the engine of this thread. Each side writes for the same wishes with the same seeds. */
export async function writeSheet(
  sides: readonly Side[],
  corpus: readonly CorpusPoem[],
  { poems, seed }: SheetOptions,
): Promise<{ sheet: string; key: SheetKey }> {
  const random = new Random(seed);
  const test = corpus.filter(({ split }) => split === 'test');
  const wishes = drawWishes(test, poems, random);
  const plans = wishes.map(({ request }) => compilePlan(request));
  const written: { name: string; poems: readonly SearchedPoem[] }[] = [];
  for (const { checkpoint, mood, search } of sides) {
    const decoder = await openDecoder(checkpoint);
    try {
      const result = await generateAll(decoder, plans, { mood, ...search, seed });
      written.push({ name: nameOf(checkpoint.name, mood, search), poems: result.poems });
    } finally {
      decoder.dispose();
    }
  }
  const groups = wishes.map((wish, i): SheetGroup => {
    const ours = written.flatMap(({ name, poems }) => {
      const poem = poems[i];
      return poem ? [shown(name, poem.plan.title || poem.title, poem.characters.join(''))] : [];
    });
    return { wish: wish.words, poems: [...ours, peoplesPoem(wish, ours)] };
  });
  return layOutSheet(groups, seed);
}

function nameOf(checkpoint: string, mood: Mood, { candidates, kept }: SearchSettings): string {
  return `${checkpoint} ${mood}, ${kept < candidates ? `${kept} of ` : ''}${candidates}`;
}

/** A person's poem has its title on the sheet only if the others have one, which would give it away otherwise. */
function peoplesPoem({ people }: Wish, others: readonly SheetPoem[]): SheetPoem {
  const titled = others.every(({ title }) => title !== null);
  return shown('people', titled ? themeOf(people.title) : '', people.text);
}

/** A poem as users see it: in simplified script, one couplet a line. */
function shown(side: string, title: string, text: string): SheetPoem {
  const lines = markedVerseLines(toSimplified(text));
  const couplets = lines
    .filter((_, index) => index % 2 === 0)
    .map((line, index) => line + (lines[2 * index + 1] ?? ''));
  return { side, title: title === '' ? null : toSimplified(title), lines: couplets };
}
