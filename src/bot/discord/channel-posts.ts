/**
 * Messages that answer no interaction: posts in a channel, and direct messages. Discord carries each nonce out once within
 * a few minutes (`enforce_nonce`), so a request that is repeated after a fault makes no second message:
 * https://discord.com/developers/docs/resources/message#create-message
 */

import {
  type APIMessage,
  DiscordAPIError,
  type REST,
  type RESTPostAPICurrentUserCreateDMChannelResult,
  Routes,
  SnowflakeUtil,
} from 'discord.js';
import { type Body, NO_MENTIONS } from './interaction-reply.ts';

/** Discord does not let the bot post there, or the channel is gone. */
export class PostRefused extends Error {
  override readonly name = 'PostRefused';
  constructor(readonly code: string) {
    super(`Discord refused a post with the code ${code}`);
  }
}

/** As many as one request returns. */
const MESSAGES = 100;

export type PostedMessage = Pick<APIMessage, 'author' | 'components' | 'embeds'>;

export class ChannelPosts {
  constructor(readonly rest: Pick<REST, 'post' | 'get'>) {}

  /** Posts a message once. Throws {@link PostRefused}, or another error if Discord cannot be reached. */
  async post(channel: string, body: Body, nonce: string): Promise<void> {
    try {
      await this.rest.post(Routes.channelMessages(channel), {
        body: { ...body, ...NO_MENTIONS, nonce, enforce_nonce: true },
      });
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** Sends a direct message. Returns false if the user takes none from the bot. */
  async tell(user: string, body: Body, nonce: string): Promise<boolean> {
    try {
      const channel = (await this.rest.post(Routes.userChannels(), {
        body: { recipient_id: user },
      })) as RESTPostAPICurrentUserCreateDMChannelResult;
      await this.post(channel.id, body, nonce);
      return true;
    } catch (error) {
      if (asRefusal(error) instanceof PostRefused) return false;
      throw error;
    }
  }

  /**
   * Whether a message since `at` (Unix milliseconds) is the one that `isIt` describes. Null if the bot may not read the
   * channel's history: then Discord returns an empty list.
   */
  async hasPosted(
    channel: string,
    at: number,
    isIt: (message: PostedMessage) => boolean,
  ): Promise<boolean | null> {
    const after = SnowflakeUtil.generate({ timestamp: at }).toString();
    const since = await this.#messages(channel, { after, limit: String(MESSAGES) });
    if (since.some(isIt)) return true;
    if (since.length > 0) return false;
    const latest = await this.#messages(channel, { limit: '1' });
    return latest.length > 0 ? false : null;
  }

  async #messages(channel: string, query: Record<string, string>): Promise<readonly PostedMessage[]> {
    try {
      const found = await this.rest.get(Routes.channelMessages(channel), {
        query: new URLSearchParams(query),
      });
      return found as APIMessage[];
    } catch (error) {
      throw asRefusal(error);
    }
  }
}

/** An answer of Discord that says no for good. 401 means a wrong token, and 429 too many requests. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof DiscordAPIError)) return error;
  const final = error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429;
  return final ? new PostRefused(String(error.code)) : error;
}
