/**
 * Sends the answer to one interaction over Discord's HTTP API. `deferReply` and `editReply` of discord.js give up if
 * Discord accepted a deferral but its confirmation was lost (discord.js issue 11554). This code still sends the
 * answer: it goes through the interaction's webhook, which works if the deferral was accepted.
 */

import { setTimeout as pause } from 'node:timers/promises';
import {
  type APIApplicationCommandOptionChoice,
  type APIInteraction,
  type APIInteractionResponse,
  DiscordAPIError,
  InteractionResponseType,
  MessageFlags,
  type RawFile,
  type REST,
  type RESTPostAPIWebhookWithTokenJSONBody,
  type RequestData,
  RequestMethod,
  Routes,
} from 'discord.js';

export type Body = Pick<RESTPostAPIWebhookWithTokenJSONBody, 'content' | 'embeds' | 'components'>;

export interface File extends RawFile {
  /** What screen readers say. */
  readonly description?: string;
}

export interface Message {
  readonly body: Body;
  readonly files?: readonly File[];
  /** The ids of the files that an edited message keeps. */
  readonly kept?: readonly string[];
}

/** Discord waits three seconds for the first answer. Part of that is spent on the network. */
const FIRST_ANSWER_MS = 2_700;
const FIRST_RETRY_MS = 50;

/** The pauses before the attempts to send an answer again after a network or server error. */
const RETRY_AFTER_MS = [250, 1_000, 2_500, 5_000];

const UNKNOWN_MESSAGE = 10008;
const UNKNOWN_INTERACTION = 10062;
const ALREADY_ANSWERED = 40060;

/** Messages contain model output and user text, which are untrusted. They must never ping anyone. */
export const NO_MENTIONS = { allowed_mentions: { parse: [] } };

/** The first answer did not reach Discord in time, so Discord accepts no answer to the interaction any more. */
export class InteractionExpired extends Error {
  override readonly name = 'InteractionExpired';
}

/** Another process, or another delivery of the same interaction, has given the first answer. */
export class InteractionTaken extends Error {
  override readonly name = 'InteractionTaken';
}

/** The connections to Discord's HTTP API. */
export interface ReplyConnections {
  readonly rest: REST;
  /**
   * For first answers. It does not repeat a request by itself after a fault: whether 40060 answers a first attempt says
   * whose answer Discord has.
   */
  readonly firstRest: REST;
}

export class InteractionReply {
  readonly #connections: ReplyConnections;
  readonly #callback: `/${string}`;
  readonly #original: `/${string}`;
  readonly #webhook: `/${string}`;

  constructor(
    connections: ReplyConnections,
    { id, token, application_id }: Pick<APIInteraction, 'id' | 'token' | 'application_id'>,
  ) {
    this.#connections = connections;
    this.#callback = Routes.interactionCallback(id, token);
    this.#original = Routes.webhookMessage(application_id, token);
    this.#webhook = Routes.webhook(application_id, token);
  }

  /** Announces a message, which `edit` fills in. Only the asker sees an ephemeral one; that cannot change later. */
  async defer(ephemeral: boolean): Promise<void> {
    await this.#sendFirst({
      type: InteractionResponseType.DeferredChannelMessageWithSource,
      data: ephemeral ? { flags: MessageFlags.Ephemeral } : {},
    });
  }

  /** Announces a change of the message whose button was pressed. */
  async deferUpdate(): Promise<void> {
    await this.#sendFirst({ type: InteractionResponseType.DeferredMessageUpdate });
  }

  /** Answers at once, visible to the asker only. */
  async respondEphemeral(message: Message): Promise<void> {
    await this.#sendFirst(
      {
        type: InteractionResponseType.ChannelMessageWithSource,
        data: { ...message.body, ...described(message.files), ...NO_MENTIONS, flags: MessageFlags.Ephemeral },
      },
      message.files,
    );
  }

  /** Answers an autocomplete interaction. */
  async autocomplete(choices: APIApplicationCommandOptionChoice[]): Promise<void> {
    await this.#sendFirst({
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices },
    });
  }

  /** Fills in a deferred message, or changes the message whose change was deferred. */
  async edit({ body, files, kept }: Message): Promise<void> {
    // Discord keeps the fields that a patch leaves out, so a waiting notice would stay above the poem.
    const empty = { content: '', embeds: [], components: [] };
    const whole = { ...empty, ...body, ...described(files, kept), ...NO_MENTIONS };
    await withRetries(() =>
      send(this.#connections.rest, RequestMethod.Patch, this.#original, { body: whole, files }),
    );
  }

  /** Deletes a deferred public message if it is there, and shows the asker an ephemeral one instead. */
  async replaceWithEphemeral(message: Message): Promise<void> {
    try {
      await withRetries(() => send(this.#connections.rest, RequestMethod.Delete, this.#original));
    } catch (error) {
      // Its user, a retry of ours, or a bot that died before it could say why has deleted it.
      if (!isGone(error)) throw error;
    }
    await this.followUpEphemeral(message);
  }

  /** Sends one more message, visible to the asker only. */
  async followUpEphemeral({ body, files }: Message): Promise<void> {
    const ephemeral = { ...body, ...described(files), ...NO_MENTIONS, flags: MessageFlags.Ephemeral };
    await withRetries(() =>
      send(this.#connections.rest, RequestMethod.Post, this.#webhook, { body: ephemeral, files }),
    );
  }

  /**
   * Sends the first answer, again and again until Discord confirms it or the time is up. Throws
   * {@link InteractionExpired} if Discord says that it is too late, and {@link InteractionTaken} if somebody else has
   * answered. A missing confirmation is not an error: Discord may
   * have accepted the answer.
   */
  async #sendFirst(body: APIInteractionResponse, files?: readonly RawFile[]): Promise<void> {
    const signal = AbortSignal.timeout(FIRST_ANSWER_MS);
    const { firstRest } = this.#connections;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await send(firstRest, RequestMethod.Post, this.#callback, { body, files, signal });
        return;
      } catch (error) {
        if (error instanceof DiscordAPIError) {
          if (error.code === UNKNOWN_INTERACTION)
            throw new InteractionExpired('The interaction was over before it was answered.');
          if (error.code === ALREADY_ANSWERED) {
            if (attempt === 1) throw new InteractionTaken('The interaction has an answer already.');
            // An earlier attempt arrived, but its confirmation was lost.
            return;
          }
          throw error;
        }
        await pause(FIRST_RETRY_MS);
      }
    }
  }
}

/** Whether Discord says that the message is deleted. */
export function isGone(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === UNKNOWN_MESSAGE;
}

/** Sends without the bot's token: the URL has the interaction's token. The response's content is ignored. */
async function send(
  rest: REST,
  method: RequestMethod,
  fullRoute: `/${string}`,
  { files, ...data }: Pick<RequestData, 'body' | 'signal'> & { files?: readonly RawFile[] | undefined } = {},
): Promise<void> {
  const response = await rest.queueRequest({
    ...data,
    ...(files ? { files: [...files] } : {}),
    method,
    fullRoute,
    auth: false,
  });
  await response.arrayBuffer();
}

/** The descriptions of the files. An edit removes the files that the message had and that are not `kept`. */
function described(files: readonly File[] = [], kept: readonly string[] = []) {
  const added = files.map(({ name, description }, id) => ({ id, filename: name, description }));
  return { attachments: [...kept.map((id) => ({ id })), ...added] };
}

/** Repeats `attempt` after network and server errors, up to four times. An error that Discord answers is final. */
async function withRetries(attempt: () => Promise<unknown>): Promise<void> {
  for (const ms of RETRY_AFTER_MS) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (error instanceof DiscordAPIError) throw error;
    }
    await pause(ms);
  }
  await attempt();
}
