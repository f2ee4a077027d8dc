import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, type Locale, scriptOf, texts } from '../../src/bot/locale.ts';
import { toSimplified } from '../../src/poetry/script.ts';
import type { ShownMessage } from '../discord/client-interaction.ts';
import { snowflake } from '../discord/snowflake.ts';
import { Harness, OWNER } from './harness.ts';
import type { Program } from './program.ts';

const AGAIN = 0;
const FORM = 1;
const REPORT = 2;
const CARD = 3;

let harness: Harness;
let bot: Program;

beforeAll(async () => {
  harness = await Harness.open();
  await harness.register();
  bot = await harness.serve({ USER_PER_MINUTE: '1000', HTTP_PORT: '0' });
});
afterAll(() => harness.close());

function linesOf(message: ShownMessage): string[] {
  const description = message.embeds?.[0]?.description ?? '';
  return description.split('\n').map((line) => line.replace(/^## /, ''));
}

describe.each(LOCALES)('in %s', (locale) => {
  it('writes a poem in the requested form, in the script of the locale', async () => {
    const asked = harness.user({ locale }).use('poem', { opening: '明月', form: 'wujue', seed: 7 });
    const message = await asked.answer();
    expect(asked.acknowledgement).toBe(5);
    expect(message.ephemeral).toBe(false);
    const lines = linesOf(message);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^\p{Script=Han}{5}，\p{Script=Han}{5}。$/u);
    expect(lines[0]?.startsWith('明月')).toBe(true);
    if (scriptOf(locale) === 'simplified') expect(lines.join('')).toBe(toSimplified(lines.join('')));
    expect(message.embeds?.[0]?.title).toBe('明月');
    expect(message.embeds?.[0]?.footer?.text).toContain('7');
    expect(message.components?.[0]?.components.map(({ label }) => label)).toEqual(
      Object.values(texts(locale).buttons),
    );
  });

  it('writes an acrostic with one head at the start of each line', async () => {
    const message = await harness
      .user({ locale })
      .use('acrostic', { heads: '春江花月夜', length: 5 })
      .answer();
    const lines = linesOf(message);
    expect(lines.map((line) => line[0]).join('')).toBe('春江花月夜');
    for (const line of lines) expect(line).toMatch(/^\p{Script=Han}{5}[，。]$/u);
  });

  it('describes itself and its commands', async () => {
    const [about, help] = [harness.user({ locale }).use('about'), harness.user({ locale }).use('help')];
    const page = (await about.answer()).embeds?.[0];
    expect(page?.title).toBe(texts(locale).about.title);
    expect(page?.description).toContain('tiny');
    expect(page?.description).toContain('412');
    const helped = await help.answer();
    expect(helped.ephemeral).toBe(true);
    expect(helped.embeds?.[0]?.description).toContain(texts(locale).commands.acrostic.description);
    expect(helped.embeds?.[0]?.description).not.toContain('/reload');
  });

  it('says what is wrong with a request, to the asker only', async () => {
    const refused = harness.user({ locale }).use('poem', { opening: '月a' });
    const message = await refused.answer();
    expect(message.ephemeral).toBe(true);
    expect(message.content).toBe(texts(locale).sentences['not-hanzi'].replace('{character}', 'a'));
    const empty = await harness.user({ locale }).use('poem').answer();
    expect(empty.content).toBe(texts(locale).sentences['opening-empty']);
  });

  it('reports on a whole poem that the user gives, and refuses half a line', async () => {
    const user = harness.user({ locale });
    const whole = '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。';
    const message = await user.use('check', { text: whole }).answer();
    expect(message.embeds?.[0]?.title).toBe(texts(locale).report.title);
    const told = message.embeds?.[0]?.description ?? '';
    // The poem is shown as it was typed.
    for (const line of ['白日依山尽　', '黄河入海流　', '欲穷千里目　', '更上一层楼　'])
      expect(told).toContain(line);
    expect(told).toMatch(/五[绝絕]仄起首句不入[韵韻]/u);
    expect(told).toContain(texts(locale).sentences['report-fits']);
    const half = await user.use('check', { text: '白日依' }).answer();
    expect(half.ephemeral).toBe(true);
    expect(half.content).not.toContain('　');
  });

  it('lets only owners reload', async () => {
    const admin = harness.user({ locale, administrator: true });
    const message = await admin.use('reload', { checkpoint: 'other' }).answer();
    expect(message.ephemeral).toBe(true);
    expect(message.content).toBe(texts(locale).sentences['owners-only'].replace('{command}', 'reload'));
    await bot.until(({ log }) => log.some((line) => line.user === admin.id && line.command === 'reload'));
  });
});

describe('an owner', () => {
  const owner = (locale?: Locale) =>
    harness.user({ id: OWNER, administrator: true, ...(locale ? { locale } : {}) });

  it('reloads, and the next poem comes from the new checkpoint', async () => {
    const request = { opening: '月', seed: 3, mood: 'calm' };
    const before = linesOf(await owner().use('poem', request).answer());
    const message = await owner().use('reload', { checkpoint: 'other' }).answer();
    expect(message.content).toContain('other');
    expect(message.ephemeral).toBe(true);
    expect(linesOf(await owner().use('poem', request).answer())).not.toEqual(before);
    await owner().use('reload', { checkpoint: 'tiny' }).answer();
    expect(linesOf(await owner().use('poem', request).answer())).toEqual(before);
  });

  it.each(['../tiny', '..', 'tiny/../../x', '/etc', '.hidden', 'nowhere', '@everyone'])(
    'cannot reload %s',
    async (checkpoint) => {
      const message = await owner().use('reload', { checkpoint }).answer();
      expect(message.content).toBeTruthy();
      expect(message.content).not.toContain('Now serving');
      expect((await owner().use('about').answer()).embeds?.[0]?.description).toContain('tiny');
    },
  );

  it('gets the checkpoints on disk with their scores as suggestions, and nobody else does', async () => {
    const offered = owner().type('reload', 'checkpoint', 'OTH');
    await offered.acknowledged();
    expect(offered.choices).toEqual([{ name: 'other · LSTM 2×24 · PPL 412.5', value: 'other' }]);
    const refused = harness.user({ administrator: true }).type('reload', 'checkpoint', '');
    await refused.acknowledged();
    expect(refused.choices).toEqual([]);
  });
});

describe('autocomplete', () => {
  it('offers openings that contain the typed text, in the script of the locale', async () => {
    const typing = harness.user({ locale: 'zh-TW' }).type('poem', 'opening', '云');
    await typing.acknowledged();
    expect(typing.choices?.map(({ value }) => value)).toEqual(['云', '白雲']);
  });

  it('offers example heads if nothing has been typed', async () => {
    const typing = harness.user({ locale: 'zh-CN' }).type('acrostic', 'heads', '');
    await typing.acknowledged();
    expect(typing.choices?.length).toBeGreaterThan(10);
    expect(typing.choices?.[0]?.value).toBe('日红山夜湖海月');
  });

  it('offers rhyme groups, and accepts those that it offers', async () => {
    const user = harness.user({ locale: 'zh-CN' });
    const typing = user.type('poem', 'rhyme', '先');
    await typing.acknowledged();
    expect(typing.choices).toEqual([{ name: '先 · 下平一先 · xian', value: '先' }]);
    const message = await user.use('poem', { opening: '月', rhyme: '先' }).answer();
    expect(linesOf(message)).toHaveLength(2);
  });
});

describe('in direct messages', () => {
  it('writes poems, but does not offer /reload', async () => {
    const user = harness.user({ guild: null, locale: 'ja' });
    expect(linesOf(await user.use('poem', { opening: '月' }).answer())).toHaveLength(2);
    expect(() => harness.user({ guild: null, id: OWNER }).use('reload')).toThrow('not offered');
  });
});

describe('in a server that the bot has not been added to', () => {
  it('writes for users who have installed the bot for themselves', async () => {
    const user = harness.user({ guild: snowflake(), locale: 'zh-CN' });
    const first = await user.use('poem', { opening: '山' }).answer();
    const second = await user.press(first, AGAIN).answer();
    expect(linesOf(second).join('')).toMatch(/^山/);
  });
});

describe('the buttons under a poem', () => {
  it('change the poem in place for its own asker', async () => {
    const asker = harness.user();
    const first = await asker.use('poem', { opening: '月', form: 'wujue', seed: 1 }).answer();
    const again = asker.press(first, AGAIN);
    const second = await again.answer();
    expect(again.acknowledgement).toBe(6);
    expect(second.id).toBe(first.id);
    expect(linesOf(second)).not.toEqual(linesOf(first));
    expect(linesOf(second).join('')).toMatch(/^月/);
    const other = await asker.press(second, FORM).answer();
    expect(other.embeds?.[0]?.footer?.text).toContain('七绝');
  });

  it('give anyone else a new poem, which then belongs to them', async () => {
    const first = await harness.user().use('acrostic', { heads: '春江花月' }).answer();
    const other = harness.user({ locale: 'zh-TW' });
    const pressed = other.press(first, AGAIN);
    const own = await pressed.answer();
    expect(pressed.acknowledgement).toBe(5);
    expect(own.id).not.toBe(first.id);
    expect(own.components?.[0]?.components[0]?.label).toBe('再來一首');
    const next = other.press(own, FORM);
    expect(linesOf(await next.answer())[0]).toMatch(/^春\p{Script=Han}{4}，$/u);
    expect(next.acknowledgement).toBe(6);
  });

  it('report on the poem to the user who asks, and to nobody else', async () => {
    const first = await harness.user().use('poem', { opening: '明月', form: 'wulv' }).answer();
    const report = await harness.user({ locale: 'zh-CN' }).press(first, REPORT).answer();
    expect(report.ephemeral).toBe(true);
    const text = report.embeds?.[0]?.description ?? '';
    expect(text).toMatch(/[平仄中]{5}/);
    expect(text).toContain('五律');
    expect(text).toContain(texts('zh-CN').sentences['report-fits']);
    expect(text).toContain('语料中最相近的句子：明月出天山');
  });

  it('show the poem as a picture, which has the poem as its text, and change its look in place', async () => {
    const asker = harness.user({ locale: 'zh-TW' });
    const poem = await asker.use('poem', { opening: '明月', form: 'wujue', seed: 3 }).answer();
    const pressed = asker.press(poem, CARD);
    const card = await pressed.answer();
    expect(pressed.acknowledgement).toBe(5);
    expect(card.ephemeral).toBe(false);
    expect(card.embeds).toEqual([]);
    const verses = linesOf(poem)
      .join('')
      .match(/[^，。]+[，。]/gu);
    expect(card.files).toMatchObject([
      { name: 'poem.png', description: ['五絕·明月', ...(verses ?? [])].join('\n') },
    ]);
    expect(card.files[0]?.text).toMatch(/^.PNG/u);
    expect(card.files[0]?.size).toBeLessThan(300_000);
    expect(card.components?.[0]?.components.map(({ label }) => label)).toEqual(['橫排', '墨箋']);
    const rows = asker.press(card, 0);
    const changed = await rows.answer();
    expect(rows.acknowledgement).toBe(6);
    expect(changed.id).toBe(card.id);
    expect(changed.files).toHaveLength(1);
    expect(changed.files[0]?.description).toBe(card.files[0]?.description);
    expect(changed.components?.[0]?.components.map(({ label }) => label)).toEqual(['直排', '墨箋']);
    // Anyone else gets a card of their own.
    const other = harness.user({ locale: 'en-US' }).press(changed, 1);
    expect((await other.answer()).components?.[0]?.components.map(({ label }) => label)).toEqual([
      'Columns',
      'Light paper',
    ]);
    expect(other.acknowledgement).toBe(5);
  });

  it('come with a card under the poem if one was requested, and the next poem has none', async () => {
    const asker = harness.user({ locale: 'ja' });
    const first = await asker.use('poem', { opening: '月', title: '中秋', card: true }).answer();
    expect(first.files[0]?.description).toMatch(/^中秋\n月/u);
    expect(linesOf(first)).toHaveLength(2);
    expect((await asker.press(first, AGAIN).answer()).files).toEqual([]);
  });

  it('say that there is no poem, if the message has none', async () => {
    const asker = harness.user();
    const poem = await asker.use('poem', { opening: '月' }).answer();
    const told = await asker.press({ ...poem, embeds: [{ description: 'gone' }] }, CARD).answer();
    expect(told.content).toBe(texts('en-US').sentences['report-none']);
  });

  it('are refused if their ids are forged, with an ephemeral message', async () => {
    const first = await harness.user().use('poem', { opening: '月' }).answer();
    const id = first.components?.[0]?.components[AGAIN]?.custom_id ?? '';
    // The id begins with a digit of the checksum; the forged one has another.
    const other = `${id.startsWith('x') ? 'y' : 'x'}${id.slice(1)}`;
    for (const forged of [`${id.slice(0, -1)}星`, other, 'again', '1'.repeat(100)]) {
      const told = await harness.user().pressForged(first, forged).answer();
      expect(told.ephemeral).toBe(true);
      expect(told.content).toBe(texts('en-US').sentences['button-stale']);
    }
  });

  it('still work after a restart', async () => {
    const asker = harness.user();
    const first = await asker.use('poem', { opening: '月', title: '中秋', seed: 5, mood: 'wild' }).answer();
    bot.signal('SIGTERM');
    expect(await bot.exit()).toBe(0);
    bot = await harness.serve({ USER_PER_MINUTE: '1000' });
    const second = await asker.press(first, AGAIN).answer();
    expect(second.id).toBe(first.id);
    expect(second.embeds?.[0]?.title).toBe('《中秋》 · 月');
    expect(linesOf(second)).not.toEqual(linesOf(first));
  });
});

describe('the log', () => {
  it('has one line for each interaction, without secrets and without the request', async () => {
    const user = harness.user({ locale: 'ja' });
    const asked = user.use('poem', { opening: '孤舟' });
    await asked.answer();
    const line = await bot.until(({ log }) =>
      log.find(({ msg, kind, locale }) => msg === 'interaction' && kind === 'poem' && locale === 'ja'),
    );
    expect(line).toMatchObject({ level: 'info', guild: user.guild, outcome: 'done' });
    for (const field of ['waitedMs', 'ranMs', 'totalMs']) expect(line[field]).toBeGreaterThanOrEqual(0);
    expect(bot.stderr).not.toContain(harness.discord.token);
    expect(bot.stderr).not.toContain(asked.token);
    expect(bot.stderr).not.toContain('孤舟');
    expect(bot.stderr).toContain(`client_id=${harness.discord.application.id}`);
  });

  it('is the only output, and Discord found no error', () => {
    expect(bot.stdout).toBe('');
    expect(harness.discord.unexpectedErrors).toEqual([]);
    const refused = harness.discord.requests.filter(({ status }) => status >= 400);
    expect(refused).toEqual([]);
  });
});
