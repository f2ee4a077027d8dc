import { DiscordAPIError } from 'discord.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openLog, redact } from '../../src/bot/log.ts';

const written: string[] = [];
vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
  written.push(String(text));
  return true;
});
afterEach(() => {
  written.length = 0;
});

describe('the log', () => {
  it('keeps what Discord’s errors carry to itself', () => {
    const error = new DiscordAPIError(
      { code: 50035, message: 'Invalid Form Body' },
      50035,
      400,
      'PATCH',
      'https://discord.com/api/v10/webhooks/123/an-interaction-token/messages/@original',
      { files: undefined, body: { content: 'what somebody wrote' } },
    );
    openLog('info').error({ err: error }, 'failed');
    expect(JSON.parse(written.join(''))).toMatchObject({
      level: 'error',
      msg: 'failed',
      err: { code: 50035, status: 400 },
    });
    expect(written.join('')).not.toMatch(/an-interaction-token|what somebody wrote/);
  });

  it('strikes out the secrets that it was told, wherever they turn up', () => {
    openLog('info', ['s3cret']).info({ at: ['s3cret'] }, 'with s3cret');
    expect(written.join('')).not.toContain('s3cret');
    expect(written.join('')).toContain('with [token]');
  });

  it('writes one line of JSON, with a level in words and a time', () => {
    openLog('info').info({ n: 1 }, 'hello');
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      level: 'info',
      n: 1,
      msg: 'hello',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    openLog('warn').info('nothing');
    expect(written).toHaveLength(1);
  });
});

describe('redaction', () => {
  it('finds tokens in addresses and bot tokens anywhere', () => {
    expect(redact('POST /interactions/1/abc/callback')).toBe('POST /interactions/1/[token]/callback');
    expect(redact('/webhooks/1/abc?wait=true')).toBe('/webhooks/1/[token]?wait=true');
    expect(redact(`Bot ${'a'.repeat(24)}.${'b'.repeat(6)}.${'c'.repeat(27)}`)).toBe('Bot [token]');
  });
});
