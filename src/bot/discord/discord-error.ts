/** The error for a bot that cannot be on Discord. This file exists so that main.ts can catch it without loading discord.js. */

import { OperatorError } from '../../system/operator-error.ts';

/** The bot cannot connect to Discord, or Discord has closed the connection for good. */
export class DiscordError extends OperatorError {
  override readonly name = 'DiscordError';
}
