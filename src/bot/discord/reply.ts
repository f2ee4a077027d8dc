/**
 * The answer to one interaction, over Discord's HTTP API. discord.js's own `deferReply` and `editReply` lose an
 * interaction whose deferral was taken but not confirmed (discord.js issue 11554); here the answer is tried all
 * the same, for it works through the interaction's webhook, and the attempt is what tells.
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

export interface Message {
  readonly body: Body;
  readonly files?: readonly RawFile[];
}

/** Discord waits three seconds for the first answer; some of them are spent on the way. */
const FIRST_ANSWER_MS = 2_700;
const FIRST_RETRY_MS = 50;

/** An answer is tried again over faults of the network or of Discord, since a poem is there to be shown. */
const RETRY_AFTER_MS = [250, 1_000, 2_500, 5_000];

const UNKNOWN_INTERACTION = 10062;
const ALREADY_ANSWERED = 40060;

/** Model output and echoed text are untrusted: nothing in a message ever pings anybody. */
const NO_MENTIONS = { allowed_mentions: { parse: [] } };

/** Discord has not taken the first answer in time, and takes none any more. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

export class Reply {
  readonly #callback: `/${string}`;
  readonly #original: `/${string}`;
  readonly #webhook: `/${string}`;

  constructor(
    readonly rest: REST,
    { id, token, application_id }: Pick<APIInteraction, 'id' | 'token' | 'application_id'>,
  ) {
    this.#callback = Routes.interactionCallback(id, token);
    this.#original = Routes.webhookMessage(application_id, token);
    this.#webhook = Routes.webhook(application_id, token);
  }

  /** Promises a message; `discreet` ones are shown to the asker alone, which cannot be changed later. */
  async defer(discreet: boolean): Promise<void> {
    await this.#first({
      type: InteractionResponseType.DeferredChannelMessageWithSource,
      data: discreet ? { flags: MessageFlags.Ephemeral } : {},
    });
  }

  /** Promises a change of the message whose button was pressed. */
  async deferUpdate(): Promise<void> {
    await this.#first({ type: InteractionResponseType.DeferredMessageUpdate });
  }

  /** Answers at once, to the asker alone. */
  async tell(message: Message): Promise<void> {
    await this.#first(
      {
        type: InteractionResponseType.ChannelMessageWithSource,
        data: { ...message.body, ...NO_MENTIONS, flags: MessageFlags.Ephemeral },
      },
      message.files,
    );
  }

  async suggest(choices: APIApplicationCommandOptionChoice[]): Promise<void> {
    await this.#first({
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices },
    });
  }

  /** Fills a deferred answer in, or changes the message that it belongs to. */
  async edit({ body, files }: Message): Promise<void> {
    // What is left out would stay as it was, as a notice of waiting above the poem.
    const whole = { content: '', embeds: [], components: [], ...body, ...NO_MENTIONS };
    await persist(() => this.#send(RequestMethod.Patch, this.#original, { body: whole, files }));
  }

  /** Takes a deferred answer back, and tells the asker alone instead. */
  async tellInstead(message: Message): Promise<void> {
    await persist(() => this.#send(RequestMethod.Delete, this.#original));
    await this.tellBesides(message);
  }

  /** Tells the asker alone, in a message of its own. */
  async tellBesides({ body, files }: Message): Promise<void> {
    const alone = { ...body, ...NO_MENTIONS, flags: MessageFlags.Ephemeral };
    await persist(() => this.#send(RequestMethod.Post, this.#webhook, { body: alone, files }));
  }

  /**
   * Tries until Discord takes it or the time is up. Throws {@link TooLate} where Discord says so; that nothing
   * came back is no fault yet, since the answer may have been taken all the same.
   */
  async #first(body: APIInteractionResponse, files?: readonly RawFile[]): Promise<void> {
    const signal = AbortSignal.timeout(FIRST_ANSWER_MS);
    while (!signal.aborted) {
      try {
        await this.#send(RequestMethod.Post, this.#callback, { body, files, signal });
        return;
      } catch (error) {
        if (error instanceof DiscordAPIError) {
          if (error.code === UNKNOWN_INTERACTION)
            throw new TooLate('The interaction was over before it was answered.');
          // An attempt before this one arrived, though its confirmation was lost.
          if (error.code === ALREADY_ANSWERED) return;
          throw error;
        }
        await pause(FIRST_RETRY_MS);
      }
    }
  }

  /** Sends without the bot's token, for an interaction's own is in the address; what comes back is not read. */
  async #send(
    method: RequestMethod,
    fullRoute: `/${string}`,
    {
      files,
      ...data
    }: Pick<RequestData, 'body' | 'signal'> & { files?: readonly RawFile[] | undefined } = {},
  ): Promise<void> {
    const response = await this.rest.queueRequest({
      ...data,
      ...(files ? { files: [...files] } : {}),
      method,
      fullRoute,
      auth: false,
    });
    await response.arrayBuffer();
  }
}

/** Runs `attempt` until it succeeds, is refused (which trying again does not mend), or has failed too often. */
async function persist(attempt: () => Promise<unknown>): Promise<void> {
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
