/**
 * The buttons under a kept poem: to the poem before and after it, its card, and its removal. Their ids are not signed,
 * because each acts only on what the user who presses it has kept.
 */

import { DEFAULT_STYLE } from '../../card/card.ts';
import type { Answer } from '../answer.ts';
import { asCard, pictureOf } from '../card-of.ts';
import type { CommandContext, CommandTask } from '../command.ts';
import type { KeptAt } from '../favourites.ts';
import { say } from '../locale.ts';
import { UserError } from '../user-error.ts';

export type FavouriteButton =
  | { readonly action: 'page'; readonly index: number }
  | { readonly action: 'card'; readonly id: string }
  /** `index` says which poem is shown afterwards. */
  | { readonly action: 'remove'; readonly id: string; readonly index: number };

export function favouriteId(button: FavouriteButton): string {
  switch (button.action) {
    case 'page':
      return `favourite page ${button.index}`;
    case 'card':
      return `favourite card ${button.id}`;
    case 'remove':
      return `favourite remove ${button.id} ${button.index}`;
  }
}

/** Null if the id is of another button. */
export function readFavouriteId(id: string): FavouriteButton | null {
  const [, page] = /^favourite page (\d{1,6})$/.exec(id) ?? [];
  if (page !== undefined) return { action: 'page', index: Number(page) };
  const [, card] = /^favourite card ([0-9a-f]{16})$/.exec(id) ?? [];
  if (card !== undefined) return { action: 'card', id: card };
  const [, removed, index] = /^favourite remove ([0-9a-f]{16}) (\d{1,6})$/.exec(id) ?? [];
  return removed === undefined ? null : { action: 'remove', id: removed, index: Number(index) };
}

/** Throws {@link UserError} if nothing can be stored here. */
export function prepareFavourite(
  button: FavouriteButton,
  { favourites, asker, locale, studio }: CommandContext,
): CommandTask {
  if (favourites === null) throw new UserError('storage-none');
  return async () => {
    if (button.action === 'card') {
      const poem = await favourites.find(asker.user, button.id);
      if (poem === null) throw new UserError('favourites-empty');
      const { spec } = poem;
      const picture = await pictureOf(asCard(poem, DEFAULT_STYLE), { studio }, false);
      return { kind: 'card', spec, style: DEFAULT_STYLE, picture };
    }
    if (button.action === 'remove') await favourites.remove(asker.user, button.id);
    return shown(await favourites.at(asker.user, button.index));
  };

  function shown(kept: KeptAt | null): Answer {
    return kept ? { kind: 'favourite', kept } : { kind: 'notice', text: say(locale, 'favourites-empty') };
  }
}
