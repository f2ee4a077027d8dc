/** Answers as Discord messages: a poem is one embed with three buttons under it. */

import {
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIEmbed,
  ButtonStyle,
  ComponentType,
} from 'discord.js';
import type { Answer, Entry, Poem } from '../answer.ts';
import { type Locale, say, texts } from '../locale.ts';
import { formTitle, headingOf, textLines } from '../verse.ts';
import { ACTIONS, type ButtonCodec } from './button.ts';
import type { Message } from './reply.ts';

/** Vermilion, the colour of a seal. */
const COLOUR = 0xc8102e;

/** Discord's limits, in UTF-16 units. */
const LONGEST_DESCRIPTION = 4096;
const LONGEST_CONTENT = 2000;

/** Marks a line of the embed as a heading, which Discord sets large. */
const LARGE = '## ';

/** `asker` is whose poem it is, which decides what the buttons under it do for whom. */
export function poemMessage(poem: Poem, asker: string, locale: Locale, codec: ButtonCodec): Message {
  const footer = [
    formTitle(poem),
    ...(poem.ask.request.kind === 'acrostic' ? [say(locale, 'footer-acrostic')] : []),
    say(locale, 'footer-seed', { seed: String(poem.ask.seed) }),
  ];
  const description = textLines(poem)
    .map((line) => LARGE + line)
    .join('\n');
  const embed = { title: headingOf(poem), description, color: COLOUR, footer: { text: footer.join(' · ') } };
  const labels = texts(locale).buttons;
  const row: APIActionRowComponent<APIButtonComponent> = {
    type: ComponentType.ActionRow,
    components: ACTIONS.map((action) => ({
      type: ComponentType.Button,
      style: ButtonStyle.Secondary,
      label: labels[action],
      custom_id: codec.encode({ action, ask: poem.ask, asker }),
    })),
  };
  return { body: { embeds: [embed], components: [row] } };
}

/** The verse lines of a poem's embed, as they are shown; null where the embed shows no poem. */
export function versesShown(embed: Pick<APIEmbed, 'description'> | undefined): readonly string[] | null {
  const lines = embed?.description?.split('\n') ?? [];
  if (lines.length === 0 || !lines.every((line) => line.startsWith(LARGE))) return null;
  return lines.flatMap((line) => line.slice(LARGE.length).match(/[^，。]+[，。]/gu) ?? []);
}

export function answerMessage(answer: Answer, asker: string, locale: Locale, codec: ButtonCodec): Message {
  switch (answer.kind) {
    case 'poem':
      return poemMessage(answer.poem, asker, locale, codec);
    case 'notice':
      return sentenceMessage(answer.text, locale);
    case 'page':
      return pageMessage(answer.title, answer.entries.flatMap(entryLines).join('\n'), locale);
  }
}

export function sentenceMessage(text: string, locale: Locale): Message {
  return text.length <= LONGEST_CONTENT ? { body: { content: text } } : attached(text, locale);
}

function pageMessage(title: string, text: string, locale: Locale): Message {
  if (text.length > LONGEST_DESCRIPTION) return attached(`${title}\n\n${text}`, locale);
  return { body: { embeds: [{ title, description: text, color: COLOUR }] } };
}

/** What Discord cannot show goes into a file, whole. */
function attached(text: string, locale: Locale): Message {
  return {
    body: { content: say(locale, 'long-text') },
    files: [{ name: 'shiren.txt', data: Buffer.from(text), contentType: 'text/plain; charset=utf-8' }],
  };
}

function entryLines({ term, text, items = [] }: Entry): string[] {
  const first = term === undefined ? text : `**${term}**  ${text}`;
  return [first, ...items.map((item) => `\`${item.term}\`  ${item.text}`)];
}
