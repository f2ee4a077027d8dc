/** Faults of talking to Discord, each in one line that says what to do. */

import { DiscordAPIError, DiscordjsError, DiscordjsErrorCodes } from 'discord.js';
import { redact } from '../log.ts';

const TOKEN = 'Discord refused DISCORD_TOKEN: copy it anew from the Bot page of your application.';

export function faultLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid) return TOKEN;
  if (error instanceof DiscordAPIError) return apiFault(error);
  // @discordjs/ws names its fatal closes in words only.
  if (/authentication failed/i.test(error.message)) return TOKEN;
  if (/disallowed intents/i.test(error.message)) {
    return 'Discord refused the gateway intents (4014): this bot needs Guilds alone; check the application’s Bot page.';
  }
  const cause = networkCode(error);
  if (cause !== null)
    return `Discord cannot be reached (${cause}): check the network, a proxy, and DISCORD_API.`;
  return redact(error.message);
}

function apiFault(error: DiscordAPIError): string {
  if (error.status === 401) return TOKEN;
  if (error.code === 50001)
    return 'Discord says “Missing Access”: invite the application to that server first.';
  return `Discord answered ${error.status} (code ${error.code}) to ${error.method}: ${redact(error.message)}`;
}

/** `ECONNREFUSED` and its like, from the error or what caused it. */
function networkCode(error: Error): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && /^(E[A-Z]{4,}|UND_ERR_)/.test(at.code)) return at.code;
    if (at instanceof AggregateError && at.errors.length > 0) return networkCode(at.errors[0]);
  }
  return null;
}
