/** How a poem is laid out as text: its lines, its heading, and the name of its form, in the poem's script. */

import { FORMS } from '../poetry/form.ts';
import type { Script } from '../poetry/request.ts';
import { toSimplified } from '../poetry/script.ts';
import { showCharacters } from '../poetry/show.ts';
import { isLineMark, markedVerseLines } from '../poetry/verse-lines.ts';
import type { ShownPoem } from './answer.ts';
import { type Locale, say } from './locale.ts';

/** The part of a shown poem that says how it is headed. */
export interface LaidOut extends Pick<ShownPoem, 'spec' | 'plan' | 'script'> {
  readonly written: Pick<ShownPoem['written'], 'characters'>;
}

/** The text lines of the poem: one couplet each, or one verse line each for an acrostic, so that its heads align. */
export function textLines(poem: ShownPoem): readonly string[] {
  const lines = shownLines(poem);
  if (poem.spec.request.kind === 'acrostic') return lines;
  return lines
    .filter((_, index) => index % 2 === 0)
    .map((line, index) => line + (lines[2 * index + 1] ?? ''));
}

/** The title, given or written by the model, in the poem's script. Empty if the poem has none. */
export function titleOf({ plan, written, script }: ShownPoem): string {
  return inScript(plan.title || written.title, script);
}

/** A title in the marks that Chinese puts around titles. */
export function markedTitle(title: string): string {
  return `《${title}》`;
}

/**
 * The poem's title and what the user asked for, in the characters that the poem has: its opening, unless the model wrote
 * the title, or an acrostic's heads.
 */
export function headingOf(poem: ShownPoem): string {
  const title = titleOf(poem);
  const marked = title ? [markedTitle(title)] : [];
  if (poem.spec.request.kind === 'acrostic') {
    const heads = shownLines(poem)
      .map((line) => [...line][0] ?? '')
      .join('');
    return [...marked, heads].join(' · ');
  }
  if (poem.written.title) return marked.join('');
  return [...marked, openingOf(poem)].filter(Boolean).join(' · ');
}

/**
 * The opening as the poem shows it. The one in the request may contain punctuation and variant characters; the plan's
 * first slots do not.
 */
export function openingOf(poem: LaidOut): string {
  const firstFree = poem.plan.slots.findIndex(({ kind }) => kind === 'free');
  return shownCharacters(poem)
    .slice(0, firstFree)
    .filter((character) => !isLineMark(character))
    .join('');
}

/** The verse lines with their marks, as the poem shows them. */
export function shownLines(poem: LaidOut): readonly string[] {
  return markedVerseLines(shownCharacters(poem).join(''));
}

function shownCharacters({ written, plan, script }: LaidOut): readonly string[] {
  return showCharacters(written.characters, plan, script);
}

/** A sentence on the characters that the model has never met; none if it knows all that were asked for. */
export function neverMet({ written, plan }: ShownPoem, locale: Locale): string[] {
  const asTyped = plan.slots.flatMap((slot) =>
    slot.kind === 'given' && written.unknownCharacters.includes(slot.text) ? [slot.typed ?? slot.text] : [],
  );
  if (asTyped.length === 0) return [];
  return [say(locale, 'never-met', { characters: [...new Set(asTyped)].join('') })];
}

/** The name of the poem's form in its script: 七绝, or 七言 for an acrostic. */
export function formTitle(poem: Pick<ShownPoem, 'spec' | 'script'>): string {
  const { request } = poem.spec;
  if (request.kind === 'acrostic') return request.length === 5 ? '五言' : '七言';
  return inScript(FORMS[request.form].title, poem.script);
}

/** `text`, which is in traditional script, in `script`. */
export function inScript(text: string, script: Script): string {
  return script === 'simplified' ? toSimplified(text) : text;
}
