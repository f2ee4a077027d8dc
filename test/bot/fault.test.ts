import { DiscordAPIError } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { faultLine } from '../../src/bot/discord/fault.ts';

const apiError = (status: number, code: number, message: string) =>
  new DiscordAPIError({ code, message }, code, status, 'GET', 'https://x/webhooks/1/secret', {
    files: undefined,
    body: undefined,
  });

describe('a fault of talking to Discord', () => {
  it.each<[Error, RegExp]>([
    [apiError(401, 0, '401: Unauthorized'), /^Discord refused DISCORD_TOKEN/],
    [new Error('Authentication failed'), /^Discord refused DISCORD_TOKEN/],
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
    expect(faultLine(error)).toMatch(line);
    expect(faultLine(error)).not.toContain('\n');
  });
});
