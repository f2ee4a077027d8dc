/** What the bot lacks to post in a channel, by what the gateway has told about the server. */

import { type Client, PermissionFlagsBits } from 'discord.js';
import { POST_PERMISSIONS, type PostPermission } from '../post-permission.ts';

const FLAGS: { readonly [permission in PostPermission]: bigint } = {
  view: PermissionFlagsBits.ViewChannel,
  send: PermissionFlagsBits.SendMessages,
  embed: PermissionFlagsBits.EmbedLinks,
};

/** Null if this process does not have the server: another shard may, or the bot was added without its user. */
export function missingToPost(
  client: Pick<Client, 'guilds'>,
  guild: string,
  channel: string,
): readonly PostPermission[] | null {
  const server = client.guilds.cache.get(guild);
  const found = server?.channels.cache.get(channel);
  const own = server?.members.me;
  if (!found || !own) return null;
  const permissions = found.permissionsFor(own);
  return POST_PERMISSIONS.filter((permission) => !permissions.has(FLAGS[permission]));
}
