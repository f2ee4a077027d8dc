/** /privacy: says what the bot stores. /forget-me: removes all that it stores of the user. */

import { defineCommand } from '../command.ts';
import { say } from '../locale.ts';
import { UserError } from '../user-error.ts';

export const privacy = defineCommand({
  name: 'privacy',
  options: {},
  ephemeral: true,
  prepare(_values, { favourites, locale }) {
    const key = favourites === null ? 'privacy-nothing' : 'privacy';
    return async () => ({ kind: 'notice', text: say(locale, key) });
  },
});

export const forgetMe = defineCommand({
  name: 'forget-me',
  options: {},
  ephemeral: true,
  prepare(_values, { favourites, daily, asker, locale }) {
    if (favourites === null || daily === null) throw new UserError('privacy-nothing');
    return async () => {
      const count = await favourites.forget(asker.user);
      const servers = await daily.forget(asker.user);
      const ended = servers > 0 ? [say(locale, 'forgotten-daily', { count: servers })] : [];
      return { kind: 'notice', text: [say(locale, 'forgotten', { count }), ...ended].join('\n') };
    };
  },
});
