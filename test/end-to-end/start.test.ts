import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RegisteredCommand } from '../discord/command-rules.ts';
import { Harness } from './harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open({ shards: 2 });
});
afterAll(() => harness.close());

describe('npm run register', () => {
  const puts = () => harness.discord.requests.filter(({ method }) => method === 'PUT').length;

  it('shows what it would write, and writes nothing, with --dry-run', async () => {
    const run = await harness.register('--dry-run');
    expect(run.stdout).toContain('+ /poem added');
    expect(harness.discord.commands.size).toBe(0);
    expect(await run.exit()).toBe(0);
  });

  it('writes the commands, and the next time nothing', async () => {
    await harness.register();
    expect(puts()).toBe(1);
    const names = harness.discord.commands.get('global')?.map(({ name }) => name);
    expect(names).toEqual([
      'poem',
      'acrostic',
      'couplet',
      'check',
      'favorites',
      'daily',
      'privacy',
      'forget-me',
      'reload',
      'about',
      'help',
    ]);
    const again = await harness.register();
    expect(again.stdout).toContain('up to date');
    expect(puts()).toBe(1);
  });

  it.each<[string, (commands: RegisteredCommand[]) => RegisteredCommand[], string]>([
    [
      'a text',
      (all) => all.map((one) => (one.name === 'poem' ? { ...one, description: 'old' } : one)),
      '~ /poem changed: description',
    ],
    [
      'a translation',
      (all) => all.map((one) => (one.name === 'poem' ? { ...one, name_localizations: { ja: '詩' } } : one)),
      '~ /poem changed: name_localizations',
    ],
    [
      'an option',
      (all) =>
        all.map((one) => (one.name === 'poem' ? { ...one, options: (one.options ?? []).slice(1) } : one)),
      '~ /poem changed: options',
    ],
    [
      'a permission',
      (all) => all.map((one) => ({ ...one, default_member_permissions: null })),
      '~ /reload changed: default_member_permissions',
    ],
    [
      'a command too many',
      (all) => [...all, ...all.slice(0, 1).map((one) => ({ ...one, id: '1', name: 'old' }))],
      '- /old removed',
    ],
    ['a command too few', (all) => all.slice(1), '+ /poem added'],
  ])('sees %s, and mends it', async (_, change, line) => {
    const { commands } = harness.discord;
    commands.set('global', change(commands.get('global') ?? []));
    const run = await harness.register();
    expect(run.stdout).toContain(line);
    expect((await harness.register()).stdout).toContain('up to date');
  });

  it('writes to one server alone', async () => {
    const guild = harness.discord.guilds[0] ?? '';
    await harness.register('--guild', guild);
    expect(harness.discord.commands.get(guild)).toHaveLength(11);
    expect((await harness.register('--guild', guild)).stdout).toContain('up to date');
  });

  it('takes them away again, there alone', async () => {
    const guild = harness.discord.guilds[0] ?? '';
    expect((await harness.register('--guild', guild, '--clear')).stdout).toContain('- /poem removed');
    expect(harness.discord.commands.get(guild)).toEqual([]);
    expect(harness.discord.commands.get('global')).toHaveLength(11);
  });

  it('says in one line what is wrong', async () => {
    const elsewhere = await harness.register('--guild', '999999999999999999');
    expect(elsewhere.stderr).toMatch(/^shiren: .*invite the application.*\n$/);
    expect(await elsewhere.exit()).toBe(1);
    const wrong = await harness.register('--guild', 'home');
    expect(wrong.stderr).toMatch(/^shiren: --guild must be a server's id.*\n$/);
    expect((await harness.register('--what')).stderr).toMatch(/^shiren: .*\nusage: /);
  });
});

describe('npm start with a token', () => {
  afterEach(() => harness.stopAll());

  it.each<[string, Record<string, string>, RegExp]>([
    ['a bad token', { DISCORD_TOKEN: 'x' }, /DISCORD_TOKEN/],
    ['no checkpoint', { CHECKPOINT: 'nowhere' }, /nowhere/],
    [
      'plain http to another machine',
      { DISCORD_API: 'http://discord.example/api' },
      /DISCORD_API must be an https/,
    ],
    [
      'nobody at the other end',
      { DISCORD_API: 'http://127.0.0.1:9/api' },
      /cannot be reached \(ECONNREFUSED\)/,
    ],
    ['a port that is taken', { HTTP_PORT: 'taken' }, /HTTP_PORT cannot be listened on/],
    ['a wrong setting', { HTTP_PORT: 'many' }, /HTTP_PORT must be a whole number/],
    ['a wrong owner', { OWNER_IDS: 'me' }, /OWNER_IDS must be/],
    ['an unknown engine', { ENGINE: 'abacus' }, /ENGINE must be one of/],
  ])('and %s ends with one clear line', async (_, environment, line) => {
    const taken = environment.HTTP_PORT === 'taken';
    const bot = harness.start(taken ? { HTTP_PORT: String(harness.discord.port) } : environment);
    expect(await bot.exit()).toBe(1);
    const plain = bot.stderr.split('\n').filter((text) => text !== '' && !text.startsWith('{'));
    expect(plain).toHaveLength(1);
    expect(plain[0]).toMatch(/^shiren: /);
    expect(plain[0]).toMatch(line);
    expect(bot.stderr).not.toContain(harness.discord.token);
    expect(bot.stdout).toBe('');
  });

  it.each([
    ['token', 4004, /DISCORD_TOKEN/],
    ['intents', 4014, /intents/],
  ])('ends with one clear line when the gateway refuses its %s', async (_, code, line) => {
    harness.discord.gateway.refusal = code;
    try {
      const bot = harness.start();
      expect(await bot.exit()).toBe(1);
      expect(bot.stderr.split('\n').filter((text) => text.startsWith('shiren: '))).toEqual([
        expect.stringMatching(line),
      ]);
    } finally {
      harness.discord.gateway.refusal = null;
    }
  });

  it('ends when Discord closes the gateway for good later', async () => {
    const bot = await harness.serve();
    harness.discord.gateway.closeAll(4004);
    expect(await bot.exit()).toBe(1);
    expect(bot.stderr).toMatch(/\nshiren: .*4004/);
  });

  it.each([
    ['auto', 2],
    ['3', 3],
  ])('runs SHARDS=%s in one process', async (SHARDS, count) => {
    await harness.register();
    const bot = await harness.serve({ SHARDS, HTTP_PORT: '0' });
    expect(harness.discord.gateway.sessions.map(({ shard, shards }) => `${shard}/${shards}`).sort()).toEqual(
      Array.from({ length: count }, (_, shard) => `${shard}/${count}`),
    );
    const { port } = await bot.logged('Health and metrics');
    const health = await (await fetch(`http://127.0.0.1:${port}/healthz`)).json();
    expect(health).toMatchObject({ healthy: true });
    expect((health as { shards: object[] }).shards).toHaveLength(count);
    const message = await harness.user().use('poem', { opening: '月' }).answer();
    expect(message.embeds).toHaveLength(1);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('shiren_poems_total 1');
    expect(metrics).toContain('shiren_interactions_total{kind="poem",outcome="done"} 1');
    bot.signal('SIGINT');
    expect(await bot.exit()).toBe(0);
  });
});
