/** How a poem is laid out as text: its lines, its heading, and the name of its form, in the poem's script. */

import { FORMS } from '../poetry/form.ts';
import type { Script } from '../poetry/request.ts';
import { toSimplified } from '../poetry/script.ts';
import { isLineMark } from '../poetry/verse-lines.ts';
import type { ShownPoem } from './answer.ts';

/** The text lines of the poem: one couplet each, or one verse line each for an acrostic, so that its heads align. */
export function textLines(poem: ShownPoem): readonly string[] {
  const lines = poem.lines.map((line) => inScript(line, poem.script));
  if (poem.spec.request.kind === 'acrostic') return lines;
  return lines
    .filter((_, index) => index % 2 === 0)
    .map((line, index) => line + (lines[2 * index + 1] ?? ''));
}

/** The poem's title and opening, or an acrostic's heads, in the characters that the poem has. */
export function headingOf(poem: ShownPoem): string {
  if (poem.spec.request.kind === 'acrostic') {
    return inScript(poem.lines.map((line) => [...line][0] ?? '').join(''), poem.script);
  }
  // The opening in the request may contain punctuation and variant characters; the plan's first slots do not.
  const { slots, title } = poem.plan;
  const firstFree = slots.findIndex(({ kind }) => kind === 'free');
  const opening = poem.written.characters
    .slice(0, firstFree)
    .filter((character) => !isLineMark(character))
    .join('');
  return [title, opening]
    .filter(Boolean)
    .map((text) => inScript(text, poem.script))
    .join(' · ');
}

/** The name of the poem's form in its script: 七绝, or 七言 for an acrostic. */
export function formTitle(poem: ShownPoem): string {
  const { request } = poem.spec;
  if (request.kind === 'acrostic') return request.length === 5 ? '五言' : '七言';
  return inScript(FORMS[request.form].title, poem.script);
}

/** `text`, which is in traditional script, in `script`. */
export function inScript(text: string, script: Script): string {
  return script === 'simplified' ? toSimplified(text) : text;
}
