/** Keeps the poem in a message among the favourites of whoever presses its heart. */

import type { PoemSpec } from '../answer.ts';
import type { CommandContext, CommandTask } from '../command.ts';
import { MAX_KEPT } from '../favourites.ts';
import { say } from '../locale.ts';
import { UserError } from '../user-error.ts';
import { poemIn, type ShownMessage, scriptShown } from './message-card.ts';

/** Throws {@link UserError} if nothing can be stored here, or if the message shows no poem. */
export function prepareKeep(
  message: ShownMessage,
  spec: PoemSpec,
  { favourites, asker, locale }: CommandContext,
): CommandTask {
  if (favourites === null) throw new UserError('storage-none');
  const shown = poemIn(message, spec);
  if (shown === null) throw new UserError('report-none');
  const script = spec.script ?? scriptShown(shown.lines);
  return async () => {
    const kept = await favourites.keep(asker.user, {
      spec,
      script,
      title: shown.title,
      lines: [...shown.lines],
    });
    if (!kept) throw new UserError('favourites-full', { limit: MAX_KEPT });
    return { kind: 'notice', text: say(locale, 'kept') };
  };
}
