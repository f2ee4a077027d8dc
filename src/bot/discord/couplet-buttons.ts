/**
 * The buttons under a couplet: one for each second line that is offered, another three, and the picture card. The lines
 * are read from the message.
 */

import { pictureOf } from '../card-of.ts';
import type { CommandContext, CommandTask } from '../command.ts';
import { coupletCard, NUMERALS, prepareCouplet } from '../couplet.ts';
import { UserError } from '../user-error.ts';
import type { CoupletButton } from './couplet-ids.ts';
import { linesShown } from './embed-lines.ts';
import { type ShownMessage, scriptShown } from './message-card.ts';

/** Throws `Refusal`, or {@link UserError} if the message shows no couplet. */
export function prepareCoupletButton(
  { action, spec }: CoupletButton,
  { embeds: [embed] }: ShownMessage,
  context: CommandContext,
): CommandTask {
  if (action === 'again') return prepareCouplet({ ...spec, seed: context.drawSeed() }, context);
  const [first, ...others] = (linesShown(embed) ?? []).map((line) => line.replace(/[，。]$/u, ''));
  const [, wanted] = action.split('-');
  const second =
    wanted === undefined
      ? others[0]
      : others.find((line) => line.startsWith(NUMERALS[Number(wanted)] ?? ' '))?.replace(/^. ?/u, '');
  if (first === undefined || second === undefined) throw new UserError('couplet-none');
  const script = spec.script ?? scriptShown([first, second]);
  return async () => {
    if (action !== 'card') return { kind: 'chosen-couplet', spec, first, second };
    const picture = await pictureOf(coupletCard(first, second, script), context, false);
    return { kind: 'chosen-couplet', spec, first, second, picture };
  };
}
