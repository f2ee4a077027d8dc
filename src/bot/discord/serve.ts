/** The bot on Discord, from login to the last answer. */

import { setTimeout as pause } from 'node:timers/promises';
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

/** From being told to stop to having left. */
const STOP_MS = 10_000;
/** The last of it: what was dropped is told so, and the last poems are on their way. */
const LAST_WORDS_MS = 2_000;

export interface Service {
  /**
   * Takes nothing new, lets what is under way finish, and leaves: within ten seconds, whatever Discord does.
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
      const until = performance.now() + STOP_MS;
      const left = front.drain().then(() => gateway.close());
      const { underway } = front;
      log.info({ underway }, 'Stopping: nothing new is taken');
      const { dropped } = await inference.close(STOP_MS - LAST_WORDS_MS);
      // A gateway that is silent does not say goodbye either.
      await Promise.race([left, pause(Math.max(0, until - performance.now()), null, { ref: false })]);
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
