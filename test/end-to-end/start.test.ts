import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegisteredCommand } from '../discord/command-rules.ts';
import { Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ shards: 2 });
});
afterAll(() => stage.close());

describe('npm run register', () => {
  const puts = () => stage.discord.requests.filter(({ method }) => method === 'PUT').length;

  it('shows what it would write, and writes nothing, when it runs dry', async () => {
    const run = await stage.register('--dry-run');
    expect(run.stdout).toContain('+ /poem added');
    expect(stage.discord.commands.size).toBe(0);
    expect(await run.exit()).toBe(0);
  });

  it('writes the commands, and the next time nothing', async () => {
    await stage.register();
    expect(puts()).toBe(1);
    const names = stage.discord.commands.get('global')?.map(({ name }) => name);
    expect(names).toEqual(['poem', 'acrostic', 'reload', 'about', 'help']);
    const again = await stage.register();
    expect(again.stdout).toContain('up to date');
    expect(puts()).toBe(1);
  });

  it.each<[string, (commands: RegisteredCommand[]) => RegisteredCommand[], string]>([
    [
      'a text',
      ([poem, ...rest]) => [{ ...poem, description: 'old' } as RegisteredCommand, ...rest],
      '~ /poem changed: description',
    ],
    [
      'a translation',
      ([poem, ...rest]) => [{ ...poem, name_localizations: { ja: '詩' } } as RegisteredCommand, ...rest],
      '~ /poem changed: name_localizations',
    ],
    [
      'an option',
      ([poem, ...rest]) => [{ ...poem, options: poem?.options?.slice(1) } as RegisteredCommand, ...rest],
      '~ /poem changed: options',
    ],
    [
      'a permission',
      (all) => all.map((one) => ({ ...one, default_member_permissions: null })),
      '~ /reload changed: default_member_permissions',
    ],
    [
      'a command too many',
      (all) => [...all, { ...(all[0] as RegisteredCommand), id: '1', name: 'old' }],
      '- /old removed',
    ],
    ['a command too few', (all) => all.slice(1), '+ /poem added'],
  ])('sees %s, and mends it', async (_, change, line) => {
    const { commands } = stage.discord;
    commands.set('global', change(commands.get('global') ?? []));
    const run = await stage.register();
    expect(run.stdout).toContain(line);
    expect((await stage.register()).stdout).toContain('up to date');
  });

  it('writes to one server alone', async () => {
    const guild = stage.discord.guilds[0] ?? '';
    await stage.register('--guild', guild);
    expect(stage.discord.commands.get(guild)).toHaveLength(5);
    expect((await stage.register('--guild', guild)).stdout).toContain('up to date');
  });

  it('takes them away again, there alone', async () => {
    const guild = stage.discord.guilds[0] ?? '';
    expect((await stage.register('--guild', guild, '--clear')).stdout).toContain('- /poem removed');
    expect(stage.discord.commands.get(guild)).toEqual([]);
    expect(stage.discord.commands.get('global')).toHaveLength(5);
  });

  it('says in one line what is wrong', async () => {
    const elsewhere = await stage.register('--guild', '999999999999999999');
    expect(elsewhere.stderr).toMatch(/^shiren: .*invite the application.*\n$/);
    expect(await elsewhere.exit()).toBe(1);
    const wrong = await stage.register('--guild', 'home');
    expect(wrong.stderr).toMatch(/^shiren: --guild must be a server's id.*\n$/);
    expect((await stage.register('--what')).stderr).toContain('usage:');
  });
});

describe('npm start with a token', () => {
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
    ['an engine that there is not', { ENGINE: 'abacus' }, /ENGINE must be one of/],
  ])('and %s ends with one clear line', async (_, environment, line) => {
    const taken = environment.HTTP_PORT === 'taken';
    const bot = stage.start(taken ? { HTTP_PORT: String(stage.discord.port) } : environment);
    expect(await bot.exit()).toBe(1);
    const plain = bot.stderr.split('\n').filter((text) => text !== '' && !text.startsWith('{'));
    expect(plain).toHaveLength(1);
    expect(plain[0]).toMatch(/^shiren: /);
    expect(plain[0]).toMatch(line);
    expect(bot.stderr).not.toContain(stage.discord.token);
    expect(bot.stdout).toBe('');
  });

  it('ends with one clear line when the gateway refuses its token or its intents', async () => {
    for (const [code, line] of [
      [4004, /DISCORD_TOKEN/],
      [4014, /intents/],
    ] as const) {
      stage.discord.gateway.refusal = code;
      const bot = stage.start();
      expect(await bot.exit()).toBe(1);
      expect(bot.stderr.split('\n').filter((text) => text.startsWith('shiren: '))).toEqual([
        expect.stringMatching(line),
      ]);
    }
    stage.discord.gateway.refusal = null;
  });

  it('ends when Discord closes the gateway for good later', async () => {
    const bot = await stage.serve();
    stage.discord.gateway.closeAll(4004);
    expect(await bot.exit()).toBe(1);
    expect(bot.stderr).toMatch(/\nshiren: .*4004/);
  });

  it.each([
    ['auto', 2],
    ['3', 3],
  ])('runs SHARDS=%s in one process', async (SHARDS, count) => {
    await stage.register();
    const bot = await stage.serve({ SHARDS, HTTP_PORT: '0' });
    expect(stage.discord.gateway.sessions.map(({ shard, shards }) => `${shard}/${shards}`).sort()).toEqual(
      Array.from({ length: count }, (_, shard) => `${shard}/${count}`),
    );
    const { port } = await bot.logged('Health and metrics');
    const health = await (await fetch(`http://127.0.0.1:${port}/healthz`)).json();
    expect(health).toMatchObject({ healthy: true });
    expect((health as { shards: object[] }).shards).toHaveLength(count);
    const message = await stage.person().use('poem', { opening: '月' }).answer();
    expect(message.embeds).toHaveLength(1);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('shiren_poems_total 1');
    expect(metrics).toContain('shiren_interactions_total{kind="poem",outcome="done"} 1');
    bot.signal('SIGINT');
    expect(await bot.exit()).toBe(0);
  });
});
