/** 改一句 in a Discord message: the menu of a poem's lines, the menu of those offered, and the poem with the one taken. */

import { type APIActionRowComponent, type APIStringSelectComponent, ComponentType } from 'discord.js';
import type { Answer, PoemSpec, PoemText } from '../answer.ts';
import { type Locale, say } from '../locale.ts';
import type { ButtonCodec } from './button.ts';
import { COLOUR, HEADING, pictureFile } from './embed-lines.ts';
import type { Message } from './interaction-reply.ts';
import { KEEP, offeredValue } from './mend-values.ts';
import { poemButtons } from './poem-buttons.ts';

type Menu = APIActionRowComponent<APIStringSelectComponent>;

/** The menu of the lines that may be replaced; none if all of the poem is the user's. */
export function mendRow(
  { spec, lines, mendable }: Pick<PoemText, 'spec' | 'lines' | 'mendable'>,
  asker: string,
  locale: Locale,
  codec: ButtonCodec,
): Menu[] {
  if (mendable.length === 0) return [];
  const options = mendable.map((line) => ({
    label: `${line + 1}  ${lines[line] ?? ''}`,
    value: String(line),
  }));
  return [menu(codec.encode({ action: 'mend', spec, asker }), say(locale, 'mend-which'), options)];
}

/** The poem, and the lines that may take the place of one of its own. */
export function mendMessage(
  { poem, line, offered }: Extract<Answer, { readonly kind: 'mend' }>,
  asker: string,
  locale: Locale,
  codec: ButtonCodec,
): Message {
  const { spec, lines } = poem;
  const length = [...(offered[0]?.shown ?? '')].length;
  const options = offered.map(({ characters, shown }) => ({
    label: shown,
    value: offeredValue(line, characters.slice(line * (length + 1), line * (length + 1) + length).join('')),
  }));
  const keep = { label: say(locale, 'mend-keep'), description: lines[line] ?? '', value: KEEP };
  const placeholder = say(locale, 'mend-pick', { line: line + 1 });
  const components = [
    poemButtons(spec, asker, locale, codec),
    menu(codec.encode({ action: 'mend-pick', spec, asker }), placeholder, [...options, keep]),
  ];
  return { body: { embeds: [embedOf(poem)], components } };
}

/** The poem after a line was taken. */
export function mendedMessage(
  { poem, picture }: Extract<Answer, { readonly kind: 'mended' }>,
  asker: string,
  locale: Locale,
  codec: ButtonCodec,
): Message {
  const components = [poemButtons(poem.spec, asker, locale, codec), ...mendRow(poem, asker, locale, codec)];
  return {
    body: { embeds: [embedOf(poem)], components },
    ...(picture ? { files: [pictureFile(picture)] } : {}),
  };
}

function menu(custom_id: string, placeholder: string, options: APIStringSelectComponent['options']): Menu {
  return {
    type: ComponentType.ActionRow,
    components: [{ type: ComponentType.StringSelect, custom_id, placeholder, options }],
  };
}

/** As the embed of a poem that was just written. */
function embedOf({ spec, heading, lines, footer }: PoemText) {
  const description = textLines(spec, lines)
    .map((line) => HEADING + line)
    .join('\n');
  return { title: heading, description, color: COLOUR, footer: { text: footer } };
}

function textLines({ request }: PoemSpec, lines: readonly string[]): readonly string[] {
  if (request.kind === 'acrostic') return lines;
  return lines.filter((_, i) => i % 2 === 0).map((line, i) => line + (lines[2 * i + 1] ?? ''));
}
