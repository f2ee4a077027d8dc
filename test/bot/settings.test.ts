import { describe, expect, it } from 'vitest';
import { readSettings, SettingsError } from '../../src/bot/settings.ts';

describe('settings', () => {
  it('all have defaults, and an empty one counts as unset', () => {
    const settings = readSettings({ DISCORD_TOKEN: '', HTTP_PORT: '  ', QUEUE_LIMIT: '' });
    expect(settings).toMatchObject({
      DISCORD_API: 'https://discord.com/api',
      OWNER_IDS: [],
      SHARDS: 'auto',
      CHECKPOINT: 'tang',
      ENGINE: 'auto',
      QUEUE_LIMIT: 512,
      USER_PER_MINUTE: 10,
      DEADLINE_SECONDS: 30,
    });
    expect(settings.DISCORD_TOKEN).toBeUndefined();
    expect(settings.HTTP_PORT).toBeUndefined();
    expect(settings.CHECKPOINTS).toMatch(/[\\/]checkpoints$/);
  });

  it('may be written in several forms', () => {
    const settings = readSettings({
      OWNER_IDS: '111111111111111111, 222222222222222222 333333333333333333,',
      SHARDS: '4',
      HTTP_PORT: '9100',
      DISCORD_API: 'http://[::1]:8080/api',
    });
    expect(settings.OWNER_IDS).toEqual(['111111111111111111', '222222222222222222', '333333333333333333']);
    expect(settings.SHARDS).toEqual({ first: 0, last: 3, count: 4 });
    expect(settings.HTTP_PORT).toBe(9100);
  });

  it.each([
    ['DATABASE_URL', 'mysql://host/database'],
    ['HTTP_PORT', '70000'],
    ['HTTP_PORT', '80.5'],
    ['SHARDS', '0'],
    ['OWNER_IDS', '12'],
    ['ENGINE', 'torch'],
    ['LOG_LEVEL', 'loud'],
    ['CHECKPOINT', '../tang'],
    ['CHECKPOINT', '.tang'],
    ['DEADLINE_SECONDS', '-1'],
    ['DISCORD_API', 'discord.com'],
    ['DISCORD_API', 'http://discord.com/api'],
    ['DISCORD_API', 'http://127.0.0.1.example.com/api'],
    ['DISCORD_API', 'http://localhost.example.com/api'],
    ['DISCORD_API', 'ftp://127.0.0.1/api'],
  ])('refuse %s=%s in one sentence that names it', (variable, value) => {
    const read = () => readSettings({ [variable]: value });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(new RegExp(`^${variable} must be [^\\n]+\\.$`));
  });

  it.each([
    ['quotes that --env-file keeps', '"abc.def"'],
    ['the line break at the end of a secret file', 'abc.def\n'],
    ['curly quotes', '“abc.def”'],
    ['a carriage return', 'abc.def\r'],
  ])('do without %s', (_, value) => {
    expect(readSettings({ DISCORD_TOKEN: value }).DISCORD_TOKEN).toBe('abc.def');
  });

  it('count an empty pair of quotes as unset', () => {
    expect(readSettings({ DISCORD_TOKEN: '""' }).DISCORD_TOKEN).toBeUndefined();
  });

  it('are refused by the line that .env has them on', () => {
    expect(() => readSettings({ ENGINE: 'torch' }, new Map([['ENGINE', 7]]))).toThrow(
      /^ENGINE .*"torch" \(\.env, line 7\)\.$/,
    );
    expect(() => readSettings({}, new Map([['Discord-Token', 3]]))).toThrow(
      '.env, line 3: Discord-Token is spelled DISCORD_TOKEN.',
    );
    expect(() => readSettings({}, new Map([['OTHER', 3]]))).not.toThrow();
  });

  it.each(['abc”', 'abc\u200b', 'ａｂｃ'])('refuse a token that no request can carry: %j', (token) => {
    expect(() => readSettings({ DISCORD_TOKEN: token })).toThrow(
      /^DISCORD_TOKEN has characters that no token has: copy it again/,
    );
  });

  it('never repeat a token', () => {
    expect(() => readSettings({ DISCORD_TOKEN: 'two secrets' })).toThrow(
      'DISCORD_TOKEN must not contain spaces.',
    );
  });
});
