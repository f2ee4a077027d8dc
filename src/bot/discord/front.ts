/** Where interactions come from: Discord's gateway, or requests of Discord over HTTP. */

import {
  type APIInteraction,
  OAuth2Scopes,
  REST,
  type RESTGetCurrentApplicationResult,
  Routes,
} from 'discord.js';
import type { GatewayLocks } from '../../fleet/gateway-locks.ts';
import type { Log } from '../log.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { Gateway } from './gateway.ts';
import { HttpFront } from './http-front.ts';
import { missingToPost } from './post-permissions.ts';

export interface Front {
  readonly rest: REST;
  /** Resolves when interactions come in, and logs so. */
  open(): Promise<void>;
  /** The application's id, once it is open. */
  readonly application: string;
  /** What the bot may not do in a channel where it is to post; null if that is not known. */
  missingToPost(guild: string, channel: string): ReturnType<typeof missingToPost>;
  /** Whether another process gets the same interactions, so that this one can leave them to it. */
  servedElsewhere(): Promise<boolean>;
  /** Whether interactions come in. */
  health(): { readonly healthy: boolean };
  close(): Promise<void>;
}

export interface FrontOptions {
  readonly settings: Settings & { readonly DISCORD_TOKEN: string };
  readonly locks: GatewayLocks | null;
  readonly log: Log;
  onInteraction(interaction: APIInteraction): void;
  /** Called if Discord ends the connection for good. */
  onFatal(reason: string): void;
}

export function frontOf(options: FrontOptions): Front {
  const { INTERACTIONS_PORT: port, DISCORD_PUBLIC_KEY: publicKey } = options.settings;
  if (port === undefined) return gatewayFront(options);
  if (publicKey === undefined) {
    throw new SettingsError('DISCORD_PUBLIC_KEY is needed with INTERACTIONS_PORT.');
  }
  return httpFront(options, port, publicKey);
}

function gatewayFront({ settings, locks, log, onInteraction, onFatal }: FrontOptions): Front {
  const gateway = new Gateway({
    token: settings.DISCORD_TOKEN,
    api: settings.DISCORD_API,
    shards: settings.SHARDS,
    ...(locks ? { locks } : {}),
    log,
    onInteraction,
    onFatal,
  });
  const { client } = gateway;
  return {
    rest: client.rest,
    async open() {
      await gateway.open();
      await locks?.serve();
      log.info(
        { user: client.user?.tag, servers: client.guilds.cache.size, shards: client.ws.shards.size },
        `Serving on Discord. Invite: ${inviteLink(client.application?.id ?? '')}`,
      );
    },
    get application() {
      return client.application?.id ?? '';
    },
    missingToPost: (guild, channel) => missingToPost(client, guild, channel),
    servedElsewhere: async () => (await locks?.othersServe()) ?? false,
    health: () => gateway.health,
    close: () => gateway.close(),
  };
}

function httpFront({ settings, log, onInteraction }: FrontOptions, port: number, publicKey: string): Front {
  const http = new HttpFront({ port, address: settings.HTTP_HOST, publicKey, onInteraction });
  // Answers to interactions do not count against the global limit.
  const options = { api: settings.DISCORD_API, version: '10', globalRequestsPerSecond: 1_000_000 };
  const rest = new REST(options).setToken(settings.DISCORD_TOKEN);
  let application = '';
  return {
    rest,
    async open() {
      const found = await rest.get(Routes.currentApplication());
      application = (found as RESTGetCurrentApplicationResult).id;
      const taken = await http.open();
      log.info({ port: taken }, `Serving on Discord over HTTP on ${settings.HTTP_HOST}`);
    },
    get application() {
      return application;
    },
    // Only the gateway tells of channels.
    missingToPost: () => null,
    // Discord sends each request to one process, and to another one if this one does not listen.
    servedElsewhere: async () => false,
    health: () => ({ healthy: http.listening }),
    close: () => http.close(),
  };
}

/** The link with which people add the bot to a server or to their account. The bot needs no permissions. */
function inviteLink(application: string): string {
  const scopes = [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join('+');
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=${scopes}&permissions=0`;
}
