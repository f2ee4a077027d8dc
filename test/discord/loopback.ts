/**
 * A Discord for tests on 127.0.0.1. It has the part of the HTTP API (v10) and of the gateway that a bot with slash
 * commands uses, and it is as strict as the real one. Tests can inject faults into requests.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApiError,
  missingAccess,
  notFound,
  unauthorized,
  unknownInteraction,
  unknownWebhook,
} from './api-error.ts';
import { LoopbackChannels } from './channels.ts';
import type { ClientInteraction } from './client-interaction.ts';
import { checkCommands, type RegisteredCommand, type RegisteredOption } from './command-rules.ts';
import type { HttpEndpoint } from './http-endpoint.ts';
import { LoopbackGateway } from './loopback-gateway.ts';
import type { MessageBody, SentFile } from './message-rules.ts';
import { RateLimits } from './rate-limits.ts';
import { snowflake } from './snowflake.ts';

/** A fault to inject into matching requests. */
export interface Fault {
  readonly method: string;
  readonly path: RegExp;
  /** How many more requests it applies to. */
  times: number;
  /**
   * `status`: the request is refused with that status. `lost`: it is carried out but never answered. `late`: it is
   * carried out and answered after `ms`. `reset`: the connection is closed and nothing is carried out.
   */
  readonly how:
    | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
    | { readonly kind: 'lost' }
    | { readonly kind: 'late'; readonly ms: number }
    | { readonly kind: 'reset' };
}

export interface LoopbackSettings {
  readonly guilds?: readonly string[];
  readonly heartbeatMs?: number;
  /** The clock of messages in channels, in Unix milliseconds. */
  readonly now?: () => number;
  /** The number of shards that GET /gateway/bot recommends. */
  readonly shards?: number;
}

const GUILDS = 1;

export class LoopbackDiscord {
  readonly token = 'bG9vcGJhY2s1234567890123.Gabcde.loopback-secret-of-the-bot-abcdef';
  readonly application = { id: snowflake(), name: 'Shiren' };
  readonly user = { id: snowflake(), username: 'shiren', discriminator: '0000', avatar: null, bot: true };
  readonly guilds: readonly string[];
  readonly gateway: LoopbackGateway;
  /** The registered commands by scope: `global`, or a server's id. */
  readonly commands = new Map<string, RegisteredCommand[]>();
  readonly faults: Fault[] = [];
  /** Every request, with the status of its answer (0 before that). */
  readonly requests: { readonly method: string; readonly path: string; status: number }[] = [];
  /** Errors that Discord would not report in an answer, such as a message that pings someone. */
  readonly unexpectedErrors: string[] = [];
  /** Of the session starts: how many may be at once, and how many are left today. */
  maxConcurrency = 16;
  sessionStarts = 1000;
  /** If not null, interactions are posted to this address, as if it were the application's endpoint. */
  endpoint: HttpEndpoint | null = null;
  readonly channels: LoopbackChannels;
  readonly interactions = new Map<string, ClientInteraction>();
  readonly #http = createServer((request, response) => void this.#serve(request, response));
  readonly #limits = new RateLimits();
  readonly #shards: number;

  private constructor(settings: LoopbackSettings) {
    const { guilds = [snowflake()], heartbeatMs = 41_250, shards = 1, now = Date.now } = settings;
    this.guilds = guilds;
    this.channels = new LoopbackChannels(this.user, now);
    this.#shards = shards;
    this.gateway = new LoopbackGateway({
      token: this.token,
      heartbeatMs,
      intents: GUILDS,
      guilds,
      channelsOf: (guild) => this.channels.listOf(guild),
      application: this.application,
      user: this.user,
      url: () => `ws://127.0.0.1:${this.port}/gateway`,
    });
    this.#http.on('upgrade', (request, socket, head) => this.gateway.upgrade(request, socket, head));
  }

  static async start(settings: LoopbackSettings = {}): Promise<LoopbackDiscord> {
    const server = new LoopbackDiscord(settings);
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** The value for the setting DISCORD_API. */
  get api(): string {
    return `http://127.0.0.1:${this.port}/api`;
  }

  /** Sends an interaction to the bot, over the gateway or over HTTP. */
  deliver(interaction: object, guild: string | null): void {
    if (this.endpoint) void this.endpoint.send(this.endpoint.signed(interaction)).catch(() => {});
    else this.gateway.dispatch('INTERACTION_CREATE', interaction, guild);
  }

  async stop(): Promise<void> {
    this.gateway.stop();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', this.api);
    const path = url.pathname.replace(/^\/api\/v10/, '');
    const record = { method, path, status: 0 };
    this.requests.push(record);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = (status: number, body: object | null, headers: Record<string, string> = {}) => {
      record.status = status;
      response.writeHead(status, {
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...headers,
      });
      response.end(body === null ? undefined : JSON.stringify(body));
    };
    const fault = this.#faultFor(method, path);
    if (fault?.kind === 'reset') return void request.socket.destroy();
    if (fault?.kind === 'status') {
      const after = fault.retryAfter ?? 0.2;
      return fault.status === 429
        ? answer(
            429,
            { message: 'You are being rate limited.', retry_after: after, global: false },
            { 'retry-after': String(after), 'x-ratelimit-scope': 'shared' },
          )
        : answer(fault.status, { message: `${fault.status}: ordered`, code: 0 });
    }
    const limit = this.#limits.take(method, path);
    if (limit.body) return answer(429, limit.body, limit.headers);
    let result: { status: number; body: object | null };
    try {
      if (!url.pathname.startsWith('/api/v10/')) throw notFound();
      const form = await readForm(Buffer.concat(chunks), request.headers['content-type'] ?? '');
      result = this.#route(method, path, form, url.searchParams, request.headers.authorization);
    } catch (error) {
      if (!(error instanceof ApiError)) this.unexpectedErrors.push(String(error));
      result =
        error instanceof ApiError
          ? { status: error.status, body: error.body }
          : { status: 500, body: { message: String(error), code: 0 } };
    }
    if (fault?.kind === 'lost') return;
    if (fault?.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    answer(result.status, result.body, limit.headers);
  }

  #faultFor(method: string, path: string): Fault['how'] | null {
    const fault = this.faults.find((one) => one.times > 0 && one.method === method && one.path.test(path));
    if (!fault) return null;
    fault.times--;
    return fault.how;
  }

  #route(
    method: string,
    path: string,
    { json, files }: Form,
    query: URLSearchParams,
    authorization: string | undefined,
  ): { status: number; body: object | null } {
    const parts = path.split('/').slice(1);
    const ok = (body: object) => ({ status: 200, body });
    if (parts[0] === 'interactions') {
      const [, id = '', token, end] = parts;
      const interaction = this.interactions.get(id);
      if (method !== 'POST' || end !== 'callback') throw notFound();
      if (!interaction || interaction.token !== token) throw unknownInteraction();
      interaction.acknowledge(json as Parameters<ClientInteraction['acknowledge']>[0], files);
      if (query.get('with_response') !== 'true') return { status: 204, body: null };
      return ok({
        interaction: { id, type: interaction.kind },
        resource: { type: interaction.acknowledgement },
      });
    }
    if (parts[0] === 'webhooks') {
      const [, application, token, , message] = parts;
      const interaction = [...this.interactions.values()].find((one) => one.token === token);
      if (!interaction || application !== this.application.id) throw unknownWebhook();
      const body = json as MessageBody;
      if (message === undefined && method === 'POST') return ok(interaction.followUp(body, files));
      if (message !== '@original') throw notFound();
      if (method === 'GET') return ok(interaction.original());
      if (method === 'PATCH') return ok(interaction.editOriginal(body, files));
      if (method !== 'DELETE') throw notFound();
      interaction.deleteOriginal();
      return { status: 204, body: null };
    }
    if (authorization !== `Bot ${this.token}`) throw unauthorized();
    if (method === 'GET' && path === '/gateway/bot') {
      return ok({
        url: `ws://127.0.0.1:${this.port}/gateway`,
        shards: this.#shards,
        session_start_limit: {
          total: 1000,
          remaining: this.sessionStarts,
          reset_after: 3_600_000,
          max_concurrency: this.maxConcurrency,
        },
      });
    }
    if (method === 'GET' && path === '/applications/@me') return ok({ ...this.application, bot: this.user });
    if (method === 'GET' && path === '/users/@me') return ok(this.user);
    if (parts[0] === 'channels' && parts[2] === 'messages' && parts.length === 3) {
      return ok(this.channels.serve(method, parts[1] ?? '', json, files, query));
    }
    if (method === 'POST' && path === '/users/@me/channels') {
      return ok(this.channels.openDirect((json as { recipient_id: string }).recipient_id));
    }
    const [, application, ...rest] = parts;
    if (parts[0] !== 'applications' || application !== this.application.id) throw notFound();
    return ok(this.#commands(method, rest, json, query.get('with_localizations') === 'true'));
  }

  /** `parts` is `commands`, or `guilds/ID/commands`. */
  #commands(method: string, parts: readonly string[], json: unknown, localized: boolean): object {
    const everywhere = parts.length === 1 && parts[0] === 'commands';
    const [guilds, guild = '', commands] = parts;
    if (!everywhere && !(guilds === 'guilds' && commands === 'commands')) throw notFound();
    if (!everywhere && !this.guilds.includes(guild)) throw missingAccess();
    const scope = everywhere ? 'global' : guild;
    if (method === 'PUT') {
      const wanted = json as RegisteredCommand[];
      checkCommands(wanted);
      const before = this.commands.get(scope) ?? [];
      this.commands.set(
        scope,
        wanted.map((command) => ({
          ...command,
          id: before.find(({ name }) => name === command.name)?.id ?? snowflake(),
        })),
      );
    } else if (method !== 'GET') {
      throw notFound();
    }
    return (this.commands.get(scope) ?? []).map((command) => asStored(command, everywhere, localized));
  }
}

/** A command as Discord returns it: with defaults filled in, and without fields that say nothing. */
function asStored(command: RegisteredCommand, everywhere: boolean, localized: boolean): object {
  const { options = [], integration_types, contexts, ...rest } = command;
  const stored = {
    ...rest,
    application_id: '0',
    version: command.id,
    dm_permission: true,
    default_member_permissions: command.default_member_permissions ?? null,
    nsfw: command.nsfw ?? false,
    ...(options.length > 0 ? { options: options.map(optionAsStored) } : {}),
    ...(everywhere ? { integration_types: integration_types ?? [0], contexts: contexts ?? null } : {}),
  };
  return JSON.parse(JSON.stringify(stored), (key, value) =>
    localized || !key.endsWith('_localizations') ? value : undefined,
  );
}

function optionAsStored({ required, options, ...option }: RegisteredOption): object {
  return {
    ...option,
    ...(required ? { required } : {}),
    ...(options ? { options: options.map(optionAsStored) } : {}),
  };
}

interface Form {
  readonly json: unknown;
  readonly files: readonly SentFile[];
}

async function readForm(body: Buffer, type: string): Promise<Form> {
  if (!type.startsWith('multipart/form-data')) {
    return { json: body.length > 0 ? JSON.parse(body.toString()) : {}, files: [] };
  }
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const files: SentFile[] = [];
  for (const [, value] of form) {
    if (typeof value !== 'string')
      files.push({ name: value.name, text: await value.text(), size: value.size });
  }
  const json = JSON.parse(String(form.get('payload_json') ?? '{}'));
  // An answer to an interaction has the message in `data`.
  const described: NonNullable<MessageBody['attachments']> = (json.data ?? json).attachments ?? [];
  return {
    json,
    files: files.map((file, at) => ({
      ...file,
      ...descriptionOf(described.find(({ id }) => Number(id) === at)),
    })),
  };
}

function descriptionOf(attachment: { readonly description?: string } | undefined) {
  return attachment?.description === undefined ? {} : { description: attachment.description };
}
