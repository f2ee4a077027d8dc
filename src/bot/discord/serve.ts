/** Runs the bot on Discord: connects it, serves interactions, and stops it. */

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { REST } from 'discord.js';
import { CardStudio } from '../../card/studio.ts';
import { isFleet } from '../../fleet/is-fleet.ts';
import type { Inference } from '../../service/inference.ts';
import type { Database } from '../../storage/database.ts';
import { DailyClaims } from '../daily/daily-claims.ts';
import { DailyStore } from '../daily/daily-store.ts';
import { Favourites } from '../favourites.ts';
import type { Log } from '../log.ts';
import { drawSeed } from '../seed.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { ButtonCodec } from './button.ts';
import { ChannelPosts } from './channel-posts.ts';
import { DailyPoster } from './daily-poster.ts';
import { DiscordError } from './discord-error.ts';
import { errorLine } from './error-line.ts';
import { frontOf } from './front.ts';
import { InteractionHandler } from './interaction-handler.ts';
import { InteractionMetrics } from './interaction-metrics.ts';
import { openStatusServer } from './status-server.ts';

/** A stop takes at most this long. */
const STOP_MS = 10_000;
/** The end of that time, which is kept for sending the last poems and telling users that theirs was dropped. */
const LAST_ANSWERS_MS = 2_000;

export interface DiscordService {
  /**
   * Refuses new interactions, finishes those under way, and disconnects. Takes at most ten seconds, even if Discord
   * does not answer.
   */
  stop(): Promise<void>;
  /** Resolves with the reason if Discord closes the connection for good. */
  readonly closedForGood: Promise<string>;
}

/** Connects to Discord. Throws {@link DiscordError}, or `SettingsError` if the port is in use. */
export async function serveDiscord(
  settings: Settings & { readonly DISCORD_TOKEN: string },
  inference: Inference,
  database: Database | null,
  log: Log,
): Promise<DiscordService> {
  const metrics = new InteractionMetrics();
  const studio = new CardStudio();
  const daily = database && new DailyStore(database);
  const codec = new ButtonCodec(settings.DISCORD_TOKEN);
  let reportClosed: (reason: string) => void = () => {};
  const closedForGood = new Promise<string>((resolve) => {
    reportClosed = resolve;
  });
  const fleet = isFleet(inference) ? inference : null;
  const front = frontOf({
    settings,
    locks: fleet?.gatewayLocks ?? null,
    log,
    onInteraction: (interaction) => handler.handle(interaction),
    onFatal: (reason) => reportClosed(reason),
  });
  const handler = new InteractionHandler({
    rest: front.rest,
    firstRest: new REST({ ...front.rest.options, retries: 0 }),
    inference,
    studio,
    favourites: database && new Favourites(database),
    daily,
    missingToPost: (guild, channel) => front.missingToPost(guild, channel),
    servedElsewhere: () => front.servedElsewhere(),
    owners: new Set(settings.OWNER_IDS),
    codec,
    log,
    metrics,
    drawSeed,
  });
  fleet?.deliver((handover, outcome) => handler.takeOver(handover, outcome));
  const sources = {
    notReady: () => (front.health().healthy ? (fleet?.notReady ?? null) : 'Discord is not connected'),
    health: () => front.health(),
    metrics: async () => (await inference.metrics()) + (await metrics.text()),
  };
  const { HTTP_PORT, HTTP_HOST } = settings;
  const status = HTTP_PORT === undefined ? null : await openStatusServer(HTTP_PORT, sources, HTTP_HOST);
  if (status) log.info({ port: status.port }, `Health and metrics on ${HTTP_HOST}`);
  try {
    await front.open();
  } catch (error) {
    status?.close();
    if (error instanceof SettingsError) throw error;
    throw new DiscordError(errorLine(error), { cause: error });
  }
  const poster =
    database &&
    daily &&
    new DailyPoster({
      bot: front.application,
      store: daily,
      claims: new DailyClaims(database, randomUUID()),
      posts: new ChannelPosts(front.rest),
      ...{ inference, codec, log, now: Date.now },
      count: (outcome) => metrics.dailyPoems.inc({ outcome }),
    });
  poster?.start();
  return {
    closedForGood,
    async stop() {
      const until = performance.now() + STOP_MS;
      const left = Promise.all([handler.drain(), poster?.close()]).then(() => front.close());
      const { underway } = handler;
      log.info({ underway }, 'Stopping: no new interactions are accepted');
      const { dropped } = await inference.close(STOP_MS - LAST_ANSWERS_MS);
      // A dead gateway never confirms the close, so do not wait longer.
      await Promise.race([left, pause(Math.max(0, until - performance.now()), null, { ref: false })]);
      await studio.close();
      await database?.close();
      status?.close();
      log.info({ answered: underway - dropped, dropped }, 'Stopped');
    },
  };
}
