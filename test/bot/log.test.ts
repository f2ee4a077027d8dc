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
  it('leaves out the token and the user’s text that errors of Discord contain', () => {
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

  it('replaces the given secrets wherever they occur', () => {
    openLog('info', ['s3cret-s3cret-s3cret', 'w']).info(
      { at: ['s3cret-s3cret-s3cret'] },
      'with s3cret-s3cret-s3cret',
    );
    expect(written.join('')).not.toContain('s3cret');
    expect(written.join('')).toContain('with [token]');
  });

  it('writes one line of JSON, with the level’s name and a time', () => {
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

describe('the log on a terminal', () => {
  it('writes one short line, with an error’s stack under it', () => {
    const before = process.stderr.isTTY;
    process.stderr.isTTY = true;
    const log = openLog('info');
    process.stderr.isTTY = before;
    log.info({ shard: 0, why: 'a reason' }, 'hello');
    log.error({ err: new Error('broken') }, 'failed');
    expect(written[0]).toMatch(/^\d\d:\d\d:\d\d info {2}hello shard=0 why=a reason\n$/);
    expect(written[1]).toMatch(/^\d\d:\d\d:\d\d error failed Error: broken\n {4}at /);
  });
});

describe('redaction', () => {
  it('finds tokens in URLs, and bot tokens anywhere', () => {
    expect(redact('POST /interactions/1/abc/callback')).toBe('POST /interactions/1/[token]/callback');
    expect(redact('/webhooks/1/abc?wait=true')).toBe('/webhooks/1/[token]?wait=true');
    expect(redact(`Bot ${'a'.repeat(24)}.${'b'.repeat(6)}.${'c'.repeat(27)}`)).toBe('Bot [token]');
  });
});
