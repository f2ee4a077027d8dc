/** The picture card of a poem: what stands on it, and the picture with its text for screen readers. */

import type { Card, CardStyle } from '../card/card.ts';
import type { Script } from '../poetry/request.ts';
import type { Picture, PoemSpec, ShownPoem } from './answer.ts';
import type { CommandContext } from './command.ts';
import { formTitle, inScript, type LaidOut, openingOf, shownLines, titleOf } from './poem-layout.ts';

export function cardOf(poem: ShownPoem, style: CardStyle): Card {
  const { spec, script } = poem;
  return asCard({ spec, script, lines: shownLines(poem), title: titleOf(poem) || untitled(poem) }, style);
}

/** A card from a poem's lines and title, which are in `script` already. */
export function asCard(
  shown: {
    readonly spec: PoemSpec;
    readonly script: Script;
    readonly lines: readonly string[];
    readonly title: string;
  },
  style: CardStyle,
): Card {
  const { spec, script, lines, title } = shown;
  return { ...style, title, lines, heads: spec.request.kind === 'acrostic', seal: inScript('詩人', script) };
}

/** What stands for the title of a poem without one: its form and its opening, 七绝·月, as anthologies do. */
export function untitled(poem: LaidOut): string {
  if (poem.spec.request.kind === 'acrostic') return inScript('藏頭詩', poem.script);
  return [formTitle(poem), openingOf(poem)].filter(Boolean).join('·');
}

/** Paints the card. Throws `CardError`. */
export async function pictureOf(
  card: Card,
  { studio }: Pick<CommandContext, 'studio'>,
  file: string | boolean,
): Promise<Picture> {
  const png = await studio.paint(card);
  return { png, alt: altOf(card), file: typeof file === 'string' ? file : null };
}

/** The title and the poem, one verse line a line. `cardShown` reads it back. */
function altOf({ title, lines }: Card): string {
  return [title, ...lines].join('\n');
}

/** The title and the lines of a card, from the text for screen readers. Null if it is none of ours. */
export function cardShown(
  alt: string | undefined,
): { readonly title: string; readonly lines: readonly string[] } | null {
  const [title, ...lines] = alt?.split('\n') ?? [];
  const areVerses = lines.length > 0 && lines.every((line) => /^[^，。]+[，。]$/u.test(line));
  return title && areVerses ? { title, lines } : null;
}
