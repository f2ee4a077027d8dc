import { DiscordAPIError } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { errorLine } from '../../../src/bot/discord/error-line.ts';

const apiError = (status: number, code: number, message: string) =>
  new DiscordAPIError({ code, message }, code, status, 'GET', 'https://x/webhooks/1/secret', {
    files: undefined,
    body: undefined,
  });

describe('an error of the connection to Discord', () => {
  it.each<[Error, RegExp]>([
    [apiError(401, 0, '401: Unauthorized'), /^Discord refused DISCORD_TOKEN/],
    [new Error('Authentication failed'), /^Discord refused DISCORD_TOKEN/],
    [
      new Error('Discord closed the gateway for good: 4004 AuthenticationFailed'),
      /^Discord refused DISCORD_TOKEN/,
    ],
    [
      new Error('Discord closed the gateway for good: 4014 DisallowedIntents'),
      /^Discord refused the gateway intents/,
    ],
    [new Error('Used disallowed intents'), /^Discord refused the gateway intents/],
    [apiError(403, 50001, 'Missing Access'), /invite the application/],
    [
      apiError(400, 50035, 'Invalid Form Body'),
      /^Discord answered 400 \(code 50035\) to GET: Invalid Form Body/,
    ],
    [Object.assign(new Error('no'), { code: 'ENOTFOUND' }), /cannot be reached \(ENOTFOUND\)/],
    [
      new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }),
      /\(ECONNREFUSED\)/,
    ],
    [new AggregateError([Object.assign(new Error('no'), { code: 'ETIMEDOUT' })]), /\(ETIMEDOUT\)/],
    [new Error('at /webhooks/1/secret'), /^at \/webhooks\/1\/\[token\]$/],
  ])('%s is one line', (error, line) => {
    expect(errorLine(error)).toMatch(line);
    expect(errorLine(error)).not.toContain('\n');
  });
});
