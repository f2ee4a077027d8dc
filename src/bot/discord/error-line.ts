/** Puts errors of the connection to Discord into one line that tells the operator what to do. */

import { DiscordAPIError, DiscordjsError, DiscordjsErrorCodes } from 'discord.js';
import { redact } from '../log.ts';

const TOKEN_REFUSED = 'Discord refused DISCORD_TOKEN: copy it again from the Bot page of your application.';

export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid)
    return TOKEN_REFUSED;
  if (error instanceof DiscordAPIError) return apiErrorLine(error);
  // @discordjs/ws reports a fatal close code in the message only, in words; our gateway writes its name.
  if (/authentication ?failed/i.test(error.message)) return TOKEN_REFUSED;
  if (/disallowed ?intents/i.test(error.message)) {
    return 'Discord refused the gateway intents (4014): this bot needs Guilds only; check the application’s Bot page.';
  }
  const code = networkCode(error);
  if (code !== null) {
    return `Discord cannot be reached (${code}): check the network, the proxy and DISCORD_API.`;
  }
  return redact(error.message);
}

function apiErrorLine(error: DiscordAPIError): string {
  if (error.status === 401) return TOKEN_REFUSED;
  if (error.code === 50001) {
    return 'Discord says “Missing Access”: invite the application to that server first.';
  }
  return `Discord answered ${error.status} (code ${error.code}) to ${error.method}: ${redact(error.message)}`;
}

/** `ECONNREFUSED` or a similar code, from the error or one of its causes. Null if there is none. */
function networkCode(error: Error): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && /^(E[A-Z]{4,}|UND_ERR_)/.test(at.code)) return at.code;
    if (at instanceof AggregateError && at.errors.length > 0) return networkCode(at.errors[0]);
  }
  return null;
}
