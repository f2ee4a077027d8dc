/** The state of one interaction while the bot answers it. */

import type { APIInteraction } from 'discord.js';
import type { CardStudio } from '../../card/studio.ts';
import type { Inference } from '../../service/inference.ts';
import type { CommandContext } from '../command.ts';
import type { DailyStore } from '../daily/daily-store.ts';
import type { Favourites } from '../favourites.ts';
import { nearestLocale, scriptOf } from '../locale.ts';
import type { Log } from '../log.ts';
import type { PostPermission } from '../post-permission.ts';
import type { ButtonCodec } from './button.ts';
import type { InteractionMetrics } from './interaction-metrics.ts';
import { InteractionReply, type ReplyConnections } from './interaction-reply.ts';

/** What is shared by all interactions. */
export interface InteractionServices extends ReplyConnections {
  readonly inference: Inference;
  readonly studio: Pick<CardStudio, 'paint'>;
  readonly favourites: Favourites | null;
  readonly daily: DailyStore | null;
  /** What the bot lacks to post in a channel of a server. Null if this process does not know. */
  missingToPost(guild: string, channel: string): readonly PostPermission[] | null;
  /** Whether another process gets the same interactions and answers them. */
  servedElsewhere(): Promise<boolean>;
  /** User ids of the owners. */
  readonly owners: ReadonlySet<string>;
  readonly codec: ButtonCodec;
  readonly log: Log;
  readonly metrics: InteractionMetrics;
  drawSeed(): number;
}

export interface InteractionContext {
  readonly interaction: APIInteraction;
  readonly reply: InteractionReply;
  readonly command: CommandContext;
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly arrivedAt: number;
  /** For the log and the metrics: the command's name, or `button-` and the action. */
  kind: string;
  /** For the log and the metrics. */
  outcome: string;
  /** If the answer is a poem: how long it waited in the queue, and how long the generation took. */
  waitedMs?: number;
  ranMs?: number;
}

export function openContext(interaction: APIInteraction, services: InteractionServices): InteractionContext {
  const { rest, firstRest, inference, studio, favourites, daily, owners, drawSeed } = services;
  const user = (interaction.member?.user ?? interaction.user)?.id ?? '';
  const locale = nearestLocale(('locale' in interaction && interaction.locale) || '');
  const guild = interaction.guild_id ?? null;
  const asker = { user, guild, owner: owners.has(user) };
  return {
    interaction,
    reply: new InteractionReply({ rest, firstRest }, interaction),
    command: {
      inference,
      studio,
      favourites,
      daily,
      server:
        guild === null
          ? null
          : {
              bot: interaction.application_id,
              guild,
              missingToPost: (channel) => services.missingToPost(guild, channel),
            },
      asker,
      locale,
      script: scriptOf(locale),
      platform: 'discord',
      desk: null,
      drawSeed,
    },
    arrivedAt: performance.now(),
    kind: 'unknown',
    outcome: 'done',
  };
}
