import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, say, texts } from '../../src/bot/locale.ts';
import type { ShownMessage } from '../discord/client-interaction.ts';
import { Harness } from './harness.ts';
import type { Program } from './program.ts';

let harness: Harness;
let bot: Program;

beforeAll(async () => {
  harness = await Harness.open();
  await harness.register();
  bot = await harness.serve({ USER_PER_MINUTE: '1000' });
});
afterAll(() => harness.close());

const versesOf = (message: ShownMessage) =>
  (message.embeds?.[0]?.description ?? '').replaceAll(/## |\n/gu, '').match(/[^，。]+[，。]/gu) ?? [];
const menuOf = (message: ShownMessage) =>
  message.components?.flatMap(({ components }) => components).find(({ type }) => type === 3);
const REPORT = 2;
const CARD = 3;

describe.each(LOCALES)('the menu under a poem in %s', (locale) => {
  it('offers three other lines for one, and the poem, its report and its card go on with the one taken', async () => {
    const user = harness.user({ locale });
    const poem = await user.use('poem', { opening: '明月', form: 'qijue', seed: 4 }).answer();
    const menu = menuOf(poem);
    expect(menu?.placeholder).toBe(texts(locale).sentences['mend-which']);
    expect(menu?.options?.map(({ value }) => value)).toEqual(['0', '1', '2', '3']);
    expect(menu?.options?.map(({ label }) => label.slice(3))).toEqual(versesOf(poem));

    const asking = user.select(poem, '1');
    const offer = await asking.answer();
    expect(asking.acknowledgement).toBe(6);
    expect(versesOf(offer)).toEqual(versesOf(poem));
    const offered = menuOf(offer)?.options ?? [];
    expect(menuOf(offer)?.placeholder).toBe(say(locale, 'mend-pick', { line: 2 }));
    expect(offered).toHaveLength(4);
    expect(new Set(offered.slice(0, 3).map(({ label }) => label)).size).toBe(3);
    expect(offered.map(({ label }) => `${label}。`)).not.toContain(versesOf(poem)[1]);
    expect(offered[3]).toMatchObject({ label: texts(locale).sentences['mend-keep'], value: 'keep' });

    const mended = await user.select(offer, offered[1]?.value ?? '').answer();
    const [first, second, ...rest] = versesOf(mended);
    expect(second).toBe(`${offered[1]?.label}。`);
    expect([first, ...rest]).toEqual(versesOf(poem).filter((_, i) => i !== 1));
    expect(mended.embeds?.[0]?.title).toBe(poem.embeds?.[0]?.title);
    expect(mended.embeds?.[0]?.footer?.text).toContain(say(locale, 'footer-mended', { line: 2 }));
    expect(menuOf(mended)?.options?.[1]?.label).toBe(`2  ${second}`);

    const report = await user.press(mended, REPORT).answer();
    expect(report.embeds?.[0]?.description).toContain(second?.slice(0, -1));
    const card = await user.press(mended, CARD).answer();
    expect(card.files[0]?.description?.split('\n').slice(-4)).toEqual(versesOf(mended));
    // The line can be left as it is, and mended again.
    const again = await user.select(mended, '1').answer();
    expect(versesOf(await user.select(again, 'keep').answer())).toEqual(versesOf(mended));
  });
});

describe('a poem', () => {
  it('keeps its heads, and can be mended after the bot was killed, between the two menus too', async () => {
    const user = harness.user();
    const poem = await user.use('acrostic', { heads: '日红山夜' }).answer();
    bot.signal('SIGKILL');
    await bot.exit();
    bot = await harness.serve({ USER_PER_MINUTE: '1000' });
    const offer = await user.select(poem, '2').answer();
    const offered = menuOf(offer)?.options ?? [];
    for (const { label } of offered.slice(0, 3)) expect(label).toMatch(/^山.{6}$/u);
    bot.signal('SIGKILL');
    await bot.exit();
    bot = await harness.serve({ USER_PER_MINUTE: '1000' });
    const mended = await user.select(offer, offered[0]?.value ?? '').answer();
    expect(versesOf(mended)[2]).toBe(`${offered[0]?.label}，`);
  });

  it('of another user stays as it is', async () => {
    const poem = await harness.user().use('poem', { opening: '月', form: 'wujue' }).answer();
    const stranger = harness.user();
    const asking = stranger.select(poem, '1');
    const offer = await asking.answer();
    expect(asking.acknowledgement).toBe(5);
    const mended = await stranger.select(offer, menuOf(offer)?.options?.[0]?.value ?? '').answer();
    expect(versesOf(mended)[1]).not.toBe(versesOf(poem)[1]);
  });

  it('has its picture painted anew, and keeps it while a line is chosen', async () => {
    const user = harness.user();
    const poem = await user.use('poem', { opening: '月', form: 'wujue', card: true }).answer();
    const offer = await user.select(poem, '1').answer();
    expect(offer.files).toHaveLength(1);
    const mended = await user.select(offer, menuOf(offer)?.options?.[2]?.value ?? '').answer();
    expect(mended.files[0]?.description?.split('\n').slice(1)).toEqual(versesOf(mended));
  });

  it('offers no line that is wholly its asker’s', async () => {
    const poem = await harness.user().use('poem', { opening: '明月出天山', form: 'wujue' }).answer();
    expect(menuOf(poem)?.options?.map(({ value }) => value)).toEqual(['1', '2', '3']);
    expect(harness.discord.unexpectedErrors).toEqual([]);
  });
});
