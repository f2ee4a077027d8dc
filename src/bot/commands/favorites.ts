/** /favorites: pages through the poems that the user has kept. */

import { defineCommand } from '../command.ts';
import { say } from '../locale.ts';
import { UserError } from '../user-error.ts';

export const favorites = defineCommand({
  name: 'favorites',
  options: {},
  ephemeral: true,
  prepare(_values, { favourites, asker, locale }) {
    if (favourites === null) throw new UserError('storage-none');
    return async () => {
      const kept = await favourites.at(asker.user, 0);
      return kept ? { kind: 'favourite', kept } : { kind: 'notice', text: say(locale, 'favourites-empty') };
    };
  },
});
