/** Renders answers as Discord messages. A poem is one embed with buttons under it. */

import { type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import { mendableLines } from '../../poetry/mend.ts';
import type { Answer, Entry, ShownPoem } from '../answer.ts';
import type { KeptAt } from '../favourites.ts';
import { type Locale, say, texts } from '../locale.ts';
import { formTitle, headingOf, markedTitle, neverMet, shownLines, textLines } from '../poem-layout.ts';
import { type ButtonCodec, cardAction } from './button.ts';
import { chosenCoupletMessage, coupletMessage } from './couplet-message.ts';
import { COLOUR, HEADING, pictureFile } from './embed-lines.ts';
import { type FavouriteButton, favouriteId } from './favourite-buttons.ts';
import type { Message } from './interaction-reply.ts';
import { mendedMessage, mendMessage, mendRow } from './mend-message.ts';
import { buttonRow, poemButtons } from './poem-buttons.ts';

/** Discord's limits, in UTF-16 units. */
const MAX_DESCRIPTION = 4096;
const MAX_CONTENT = 2000;

/** `asker` is the id of the user whose poem it is. The buttons store it, because they act differently for others. */
export function poemMessage(poem: ShownPoem, asker: string, locale: Locale, codec: ButtonCodec): Message {
  const footer = [
    formTitle(poem),
    ...(poem.spec.request.kind === 'acrostic' ? [say(locale, 'footer-acrostic')] : []),
    say(locale, 'footer-seed', { seed: String(poem.spec.seed) }),
    ...neverMet(poem, locale),
  ];
  const description = textLines(poem)
    .map((line) => HEADING + line)
    .join('\n');
  const embed = { title: headingOf(poem), description, color: COLOUR, footer: { text: footer.join(' · ') } };
  const lines = { lines: shownLines(poem), mendable: mendableLines(poem.plan) };
  const components = [
    poemButtons(poem.spec, asker, locale, codec),
    ...mendRow({ ...lines, spec: poem.spec }, asker, locale, codec),
  ];
  return { body: { embeds: [embed], components } };
}

/** A card, with buttons for the other layout and for the other paper. */
function cardMessage(
  { spec, style, picture }: Extract<Answer, { readonly kind: 'card' }>,
  asker: string,
  locale: Locale,
  codec: ButtonCodec,
): Message {
  const labels = texts(locale).choices;
  const layout = style.layout === 'vertical' ? 'horizontal' : 'vertical';
  const paper = style.paper === 'light' ? 'dark' : 'light';
  const buttons = [
    { action: cardAction({ ...style, layout }), label: labels.layout[layout] },
    { action: cardAction({ ...style, paper }), label: labels.paper[paper] },
  ];
  return {
    body: { components: [buttonRow(buttons, spec, asker, codec)] },
    files: [pictureFile(picture)],
  };
}

/** A kept poem, with buttons to page, for its card, and to remove it. */
function favouriteMessage({ id, poem, index, total }: KeptAt, locale: Locale): Message {
  const labels = texts(locale).buttons;
  const embed = {
    title: markedTitle(poem.title),
    description: poem.lines.map((line) => HEADING + line).join('\n'),
    color: COLOUR,
    footer: { text: `${index + 1} / ${total}` },
  };
  const button = (label: string, action: FavouriteButton): APIButtonComponent => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label,
    custom_id: favouriteId(action),
  });
  const components = [
    ...(index > 0 ? [button('◀', { action: 'page', index: index - 1 })] : []),
    ...(index < total - 1 ? [button('▶', { action: 'page', index: index + 1 })] : []),
    button(labels.card, { action: 'card', id }),
    button(texts(locale).remove, { action: 'remove', id, index }),
  ];
  return { body: { embeds: [embed], components: [{ type: ComponentType.ActionRow, components }] } };
}

export function answerMessage(answer: Answer, asker: string, locale: Locale, codec: ButtonCodec): Message {
  switch (answer.kind) {
    case 'poem':
      return withExtras(poemMessage(answer.poem, asker, locale, codec), answer);
    case 'card':
      return cardMessage(answer, asker, locale, codec);
    case 'mend':
      return mendMessage(answer, asker, locale, codec);
    case 'mended':
      return mendedMessage(answer, asker, locale, codec);
    case 'couplet':
      return coupletMessage(answer, asker, locale);
    case 'chosen-couplet':
      return chosenCoupletMessage(answer, asker, locale);
    case 'favourite':
      return favouriteMessage(answer.kept, locale);
    case 'notice':
      return sentenceMessage(answer.text, locale);
    case 'page':
      return pageMessage(answer.title, answer.entries.flatMap(entryLines).join('\n'), locale);
  }
}

function withExtras(
  { body }: Message,
  { picture, notice, heading }: Extract<Answer, { readonly kind: 'poem' }>,
): Message {
  return {
    body: { ...body, ...contentOf([heading, notice]) },
    ...(picture ? { files: [pictureFile(picture)] } : {}),
  };
}

/** The lines above the embed, if there are some. */
function contentOf(lines: readonly (string | undefined)[]): { readonly content?: string } {
  const given = lines.filter((line) => line !== undefined);
  return given.length > 0 ? { content: given.join('\n') } : {};
}

export function sentenceMessage(text: string, locale: Locale): Message {
  return text.length <= MAX_CONTENT ? { body: { content: text } } : attached(text, locale);
}

function pageMessage(title: string, text: string, locale: Locale): Message {
  if (text.length > MAX_DESCRIPTION) return attached(`${title}\n\n${text}`, locale);
  return { body: { embeds: [{ title, description: text, color: COLOUR }] } };
}

/** A message with `text` as an attached file, for a text that is too long for Discord. */
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
