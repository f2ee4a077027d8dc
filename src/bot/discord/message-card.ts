/** The picture card of a poem in a message. The message may be older than the checkpoint that is loaded now. */

import type { APIMessage } from 'discord.js';
import type { CardStyle } from '../../card/card.ts';
import { compilePlan } from '../../poetry/compile.ts';
import type { Script } from '../../poetry/request.ts';
import { isSimplifiedOnly, isTraditional } from '../../poetry/script.ts';
import type { PoemSpec } from '../answer.ts';
import { asCard, cardShown, pictureOf, untitled } from '../card-of.ts';
import type { CommandContext, CommandTask } from '../command.ts';
import { UserError } from '../user-error.ts';
import { versesShown } from './embed-lines.ts';

/** A message under which a button stands: a poem in its embed, or a card with the poem as its description. */
export type ShownMessage = Pick<APIMessage, 'embeds' | 'attachments'>;

/** Whether the message is a card, and no poem. */
export function isCard({ embeds, attachments }: ShownMessage): boolean {
  return embeds.length === 0 && cardShown(attachments[0]?.description) !== null;
}

/**
 * Prepares the card of the poem that the message shows and that `spec` describes. The card shows what the message
 * shows, even if the poem would be another one today. Throws {@link UserError} if the message shows no poem.
 */
export function prepareMessageCard(
  message: ShownMessage,
  spec: PoemSpec,
  style: CardStyle,
  context: CommandContext,
): CommandTask {
  const shown = poemIn(message, spec);
  if (shown === null) throw new UserError('report-none');
  const script = spec.script ?? scriptShown(shown.lines);
  return async () => {
    const picture = await pictureOf(asCard({ ...shown, spec, script }, style), context, false);
    return { kind: 'card', spec, style, picture };
  };
}

/** The script of the lines, as far as they tell. */
export function scriptShown(lines: readonly string[]): Script {
  const shown = lines.join('');
  // A poem in simplified script may have a character as its asker typed it: 徵.
  return isTraditional(shown) && ![...shown].some(isSimplifiedOnly) ? 'traditional' : 'simplified';
}

/** The title and the verse lines that the message shows, in the script that it shows. */
export function poemIn(
  { embeds: [embed], attachments }: ShownMessage,
  spec: PoemSpec,
): { readonly title: string; readonly lines: readonly string[] } | null {
  const lines = versesShown(embed);
  if (lines === null) return cardShown(attachments[0]?.description);
  const marked = /^《(.+?)》/u.exec(embed?.title ?? '')?.[1];
  if (marked !== undefined) return { title: marked, lines };
  const script = scriptShown(lines);
  const written = { characters: [...lines.join('')] };
  return { title: untitled({ spec, script, plan: compilePlan(spec.request, script), written }), lines };
}
