/** How a poem is laid out: its lines, its heading, its form's name, in its script. */

import { FORMS } from '../poetry/form.ts';
import type { Script } from '../poetry/request.ts';
import { toSimplified } from '../poetry/script.ts';
import type { Poem } from './answer.ts';

/** The poem as text lines in its script: a couplet each, or a verse line each where an acrostic's heads should stand below one another. */
export function textLines(poem: Poem): readonly string[] {
  const lines = poem.lines.map((line) => inScript(line, poem.script));
  if (poem.ask.request.kind === 'acrostic') return lines;
  return lines
    .filter((_, index) => index % 2 === 0)
    .map((line, index) => line + (lines[2 * index + 1] ?? ''));
}

/** What the poem was asked for with: its theme, its opening, or its heads, as they stand in it. */
export function headingOf(poem: Poem): string {
  if (poem.ask.request.kind === 'acrostic') {
    return inScript(poem.lines.map((line) => [...line][0] ?? '').join(''), poem.script);
  }
  // The plan knows what the opening is, whatever marks the asker put into it.
  const { slots, title } = poem.plan;
  const opening = poem.written.characters
    .slice(
      0,
      slots.findIndex(({ kind }) => kind === 'free'),
    )
    .filter((character) => !/[，。]/u.test(character));
  return [title, opening.join('')]
    .filter(Boolean)
    .map((text) => inScript(text, poem.script))
    .join(' · ');
}

/** The name of the poem's form in its script: 七绝, or 七言 for an acrostic. */
export function formTitle(poem: Poem): string {
  const { request } = poem.ask;
  if (request.kind === 'acrostic') return request.length === 5 ? '五言' : '七言';
  return inScript(FORMS[request.form].title, poem.script);
}

/** `text` stands in traditional script. */
export function inScript(text: string, script: Script): string {
  return script === 'simplified' ? toSimplified(text) : text;
}
