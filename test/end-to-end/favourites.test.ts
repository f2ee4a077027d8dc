import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, say, texts } from '../../src/bot/locale.ts';
import type { ShownMessage } from '../discord/client-interaction.ts';
import type { DiscordUser } from '../discord/user.ts';
import { Harness } from './harness.ts';
import type { Program } from './program.ts';

const KEEP = 4;

let harness: Harness;
let bot: Program;

beforeAll(async () => {
  harness = await Harness.open();
  await harness.register();
  bot = await harness.serve({ USER_PER_MINUTE: '1000' });
});
afterAll(() => harness.close());

const textOf = (message: ShownMessage) => (message.embeds?.[0]?.description ?? '').replaceAll(/## |\n/g, '');
const buttonNamed = (message: ShownMessage, label: string) =>
  message.components?.[0]?.components.findIndex((button) => button.label === label) ?? -1;

async function keep(user: DiscordUser, opening: string): Promise<ShownMessage> {
  const poem = await user.use('poem', { opening, form: 'wujue' }).answer();
  await user.press(poem, KEEP).answer();
  return poem;
}

describe.each(LOCALES)('favourites in %s', (locale) => {
  it('are kept by a heart, paged through, shown as a card, and deleted, by their own user alone', async () => {
    const user = harness.user({ locale });
    const { sentences, remove, buttons } = texts(locale);
    expect((await user.use('favorites').answer()).content).toBe(sentences['favourites-empty']);
    const first = await keep(user, '月');
    const second = await user.use('poem', { opening: '山', form: 'wujue' }).answer();
    const kept = await user.press(second, KEEP).answer();
    expect(kept.ephemeral).toBe(true);
    expect(kept.content).toBe(sentences.kept);
    await user.press(second, KEEP).answer();

    const page = await user.use('favorites').answer();
    expect(page.ephemeral).toBe(true);
    expect(textOf(page)).toBe(textOf(second));
    expect(page.embeds?.[0]?.footer?.text).toBe('1 / 2');
    const turned = user.press(page, buttonNamed(page, '▶'));
    const next = await turned.answer();
    expect(turned.acknowledgement).toBe(6);
    expect(textOf(next)).toBe(textOf(first));
    const card = await user.press(next, buttonNamed(next, buttons.card)).answer();
    expect(card.files[0]?.description?.replaceAll('\n', '')).toContain(textOf(first));
    // Somebody else who presses the same button finds nothing of this user's.
    const stranger = await harness.user({ locale }).press(next, buttonNamed(next, buttons.card)).answer();
    expect(stranger.content).toBe(sentences['favourites-empty']);
    const left = await user.press(next, buttonNamed(next, remove)).answer();
    expect(left.embeds?.[0]?.footer?.text).toBe('1 / 1');
    expect(textOf(left)).toBe(textOf(second));
    expect((await user.press(left, buttonNamed(left, remove)).answer()).content).toBe(
      sentences['favourites-empty'],
    );
  });

  it('are named by /privacy, and removed by /forget-me', async () => {
    const user = harness.user({ locale });
    await keep(user, '花');
    const told = await user.use('privacy').answer();
    expect(told.ephemeral).toBe(true);
    expect(told.content).toBe(texts(locale).sentences.privacy);
    expect((await user.use('forget-me').answer()).content).toBe(say(locale, 'forgotten', { count: 1 }));
    expect((await user.use('favorites').answer()).content).toBe(texts(locale).sentences['favourites-empty']);
  });
});

describe('favourites', () => {
  it('are still there after the bot was killed', async () => {
    const user = harness.user();
    const poem = await keep(user, '江');
    bot.signal('SIGKILL');
    await bot.exit();
    bot = await harness.serve({ USER_PER_MINUTE: '1000' });
    expect(textOf(await user.use('favorites').answer())).toBe(textOf(poem));
  });

  it('are refused where nothing can be stored, and all else is served', async () => {
    const file = join(harness.checkpoints, 'no-folder');
    await mkdir(harness.checkpoints, { recursive: true });
    await writeFile(file, '');
    bot.signal('SIGTERM');
    await bot.exit();
    bot = await harness.serve({ DATA_DIR: file });
    expect(await bot.logged('Nothing can be stored')).toMatchObject({ level: 'warn' });
    const user = harness.user();
    const { sentences } = texts('en-US');
    const poem = await user.use('poem', { opening: '月' }).answer();
    expect(textOf(poem)).toMatch(/^月/u);
    expect((await user.press(poem, KEEP).answer()).content).toBe(sentences['storage-none']);
    expect((await user.use('favorites').answer()).content).toBe(sentences['storage-none']);
    expect((await user.use('privacy').answer()).content).toBe(sentences['privacy-nothing']);
    expect(harness.discord.unexpectedErrors).toEqual([]);
  });
});
