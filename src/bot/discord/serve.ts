/** The bot on Discord, from login to the last answer. */

import { OAuth2Scopes } from 'discord.js';
import type { Inference } from '../../service/inference.ts';
import type { Log } from '../log.ts';
import { drawSeed } from '../seed.ts';
import type { Settings } from '../settings.ts';
import { ButtonCodec } from './button.ts';
import { DiscordFault } from './discord-fault.ts';
import { faultLine } from './fault.ts';
import { Front } from './front.ts';
import { Gateway } from './gateway.ts';
import { InteractionMetrics } from './metrics.ts';
import { openStatusServer } from './status-server.ts';

/** How long what is under way may take to finish once the bot has been told to stop. */
const DRAIN_MS = 10_000;
/** What was dropped is told so, and the last poems are on their way: a moment for their answers. */
const LAST_WORDS_MS = 2_000;

export interface Service {
  /**
   * Takes nothing new, lets what is under way finish within ten seconds, and leaves. `closed` then resolves.
   */
  stop(): Promise<void>;
  /** Resolves with the reason when Discord wants no more of the bot. */
  readonly dismissed: Promise<string>;
}

/** Throws {@link DiscordFault}, or `SettingsError` where the port is taken. */
export async function serveDiscord(
  settings: Settings & { readonly DISCORD_TOKEN: string },
  inference: Inference,
  log: Log,
): Promise<Service> {
  const metrics = new InteractionMetrics();
  let dismiss: (reason: string) => void = () => {};
  const dismissed = new Promise<string>((resolve) => {
    dismiss = resolve;
  });
  const gateway = new Gateway({
    token: settings.DISCORD_TOKEN,
    api: settings.DISCORD_API,
    shards: settings.SHARDS,
    log,
    onInteraction: (interaction) => front.handle(interaction),
    onFatal: (reason) => dismiss(reason),
  });
  const front = new Front({
    rest: gateway.client.rest,
    inference,
    owners: new Set(settings.OWNER_IDS),
    codec: new ButtonCodec(settings.DISCORD_TOKEN),
    log,
    metrics,
    drawSeed,
  });
  const status =
    settings.HTTP_PORT === undefined
      ? null
      : await openStatusServer(settings.HTTP_PORT, {
          health: () => gateway.health,
          metrics: async () => (await inference.metrics()) + (await metrics.text()),
        });
  if (status) log.info({ port: status.port }, 'Health and metrics on 127.0.0.1');
  try {
    await gateway.open();
  } catch (error) {
    status?.close();
    throw new DiscordFault(faultLine(error), { cause: error });
  }
  const { client } = gateway;
  log.info(
    { user: client.user?.tag, servers: client.guilds.cache.size, shards: client.ws.shards.size },
    `Serving on Discord. Invite: ${inviteLink(client.application?.id ?? '')}`,
  );
  return {
    dismissed,
    async stop() {
      const drained = front.drain();
      const { underway } = front;
      log.info({ underway }, 'Stopping: nothing new is taken');
      const { dropped } = await inference.close(DRAIN_MS);
      await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS).unref())]);
      await gateway.close();
      status?.close();
      log.info({ answered: underway - dropped, dropped }, 'Stopped');
    },
  };
}

/** Where a server's admin, or a person for themselves, adds the bot. It needs no permissions. */
function inviteLink(application: string): string {
  const scopes = [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join('+');
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=${scopes}&permissions=0`;
}
