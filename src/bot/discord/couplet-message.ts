/** Renders a couplet as a Discord message: its lines in an embed, with buttons under it. */

import { ButtonStyle, ComponentType } from 'discord.js';
import type { Answer, CoupletSpec } from '../answer.ts';
import { NUMERALS } from '../couplet.ts';
import { type Locale, say, texts } from '../locale.ts';
import { type CoupletButton, coupletId } from './couplet-ids.ts';
import { COLOUR, HEADING, pictureFile } from './embed-lines.ts';
import type { Message } from './interaction-reply.ts';

type Labelled = readonly [label: string, action: CoupletButton['action']];

/** Three second lines to choose from. */
export function coupletMessage(
  { spec, first, seconds, remarks, picture }: Extract<Answer, { readonly kind: 'couplet' }>,
  asker: string,
  locale: Locale,
): Message {
  const numbered = seconds.map((line, n) => `${NUMERALS[n]} ${line}。`);
  const takes = seconds.map((_, n): Labelled => [NUMERALS[n] ?? '', `take-${n}`]);
  return {
    body: {
      ...(remarks.length > 0 ? { content: remarks.join('\n') } : {}),
      embeds: [embedOf([`${first}，`, ...numbered], spec, locale)],
      components: [row([...takes, [texts(locale).buttons.again, 'again']], spec, asker)],
    },
    ...(picture ? { files: [pictureFile(picture)] } : {}),
  };
}

/** A couplet whose second line is chosen; or its card. */
export function chosenCoupletMessage(
  { spec, first, second, picture }: Extract<Answer, { readonly kind: 'chosen-couplet' }>,
  asker: string,
  locale: Locale,
): Message {
  if (picture) return { body: {}, files: [pictureFile(picture)] };
  const { again, card } = texts(locale).buttons;
  return {
    body: {
      embeds: [embedOf([`${first}，`, `${second}。`], spec, locale)],
      components: [
        row(
          [
            [again, 'again'],
            [card, 'card'],
          ],
          spec,
          asker,
        ),
      ],
    },
  };
}

function embedOf(lines: readonly string[], { seed }: CoupletSpec, locale: Locale) {
  return {
    description: lines.map((line) => HEADING + line).join('\n'),
    color: COLOUR,
    footer: { text: say(locale, 'footer-seed', { seed: String(seed) }) },
  };
}

function row(buttons: readonly Labelled[], spec: CoupletSpec, asker: string) {
  return {
    type: ComponentType.ActionRow as const,
    components: buttons.map(([label, action]) => ({
      type: ComponentType.Button as const,
      style: ButtonStyle.Secondary as const,
      label,
      custom_id: coupletId({ action, spec, asker }),
    })),
  };
}
