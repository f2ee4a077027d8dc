import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, say, texts } from '../../src/bot/locale.ts';
import { TONE, tonesOf } from '../../src/poetry/prosody.ts';
import { toTraditional } from '../../src/poetry/script.ts';
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

const linesOf = (message: ShownMessage) =>
  (message.embeds?.[0]?.description ?? '').split('\n').map((line) => line.replace(/^## /u, ''));
const labels = (message: ShownMessage) => message.components?.[0]?.components.map(({ label }) => label);

describe.each(LOCALES)('/couplet in %s', (locale) => {
  const { buttons } = texts(locale);

  it('offers three second lines, of which one is taken, shown as a card, or replaced by three others', async () => {
    const user = harness.user({ locale });
    const offered = await user.use('couplet', { first: '海上生明月', seed: 5 }).answer();
    const [first, ...seconds] = linesOf(offered);
    expect(first).toBe('海上生明月，');
    expect(seconds).toHaveLength(3);
    expect(new Set(seconds.map((line) => line.slice(2))).size).toBe(3);
    for (const [n, line] of seconds.entries()) {
      expect(line).toMatch(new RegExp(`^${'①②③'[n]} \\p{Unified_Ideograph}{5}。$`, 'u'));
      const characters = [...toTraditional(line.slice(2, 7))];
      expect(tonesOf(characters[4] ?? '') & TONE.level).toBe(TONE.level);
      expect(characters.some((char) => '海上生明月'.includes(char))).toBe(false);
    }
    expect(offered.content ?? '').toContain(texts(locale).sentences['couplet-unmatched']);
    expect(labels(offered)).toEqual(['①', '②', '③', buttons.again]);

    const taking = user.press(offered, 1);
    const taken = await taking.answer();
    expect(taking.acknowledgement).toBe(6);
    expect(linesOf(taken)).toEqual(['海上生明月，', seconds[1]?.slice(2)]);
    expect(labels(taken)).toEqual([buttons.again, buttons.card]);
    const card = await user.press(taken, 1).answer();
    expect(card.files[0]?.description?.split('\n').slice(1)).toEqual(linesOf(taken));

    const others = await user.press(taken, 0).answer();
    expect(linesOf(others)).toHaveLength(4);
    expect(linesOf(others)).not.toEqual(linesOf(offered));
    // Somebody else gets a message of their own.
    const stranger = harness.user({ locale }).press(offered, 0);
    await stranger.answer();
    expect(stranger.acknowledgement).toBe(5);
  });

  it('says what is usual of a first line, and answers it if it can', async () => {
    const user = harness.user({ locale });
    const { sentences } = texts(locale);
    const level = await user.use('couplet', { first: '寒雨连江夜入吴' }).answer();
    expect(level.content).toContain(say(locale, 'couplet-level', { character: '吴' }));
    expect(linesOf(level)).toHaveLength(4);
    const short = await user.use('couplet', { first: '三尺剑' }).answer();
    expect(short.content).toContain(sentences['couplet-short']);
    expect(linesOf(short)[1]).toMatch(/^① .{3}。$/u);
    const long = await user.use('couplet', { first: '春江潮水连海平海上明月共潮生' }).answer();
    expect(long.ephemeral).toBe(true);
    expect(long.content).toBe(say(locale, 'couplet-too-long', { count: 14, limit: 11 }));
    expect((await user.use('couplet', { first: '，。' }).answer()).content).toBe(sentences['couplet-empty']);
  });
});

describe('/couplet', () => {
  it('gives the same lines for the same seed, and its buttons work after the bot was killed', async () => {
    const user = harness.user();
    const first = await user.use('couplet', { first: '悠悠岁月长', seed: 3 }).answer();
    for (const line of linesOf(first).slice(1)) expect(line).toMatch(/^. (.)\1/u);
    bot.signal('SIGKILL');
    await bot.exit();
    bot = await harness.serve({ USER_PER_MINUTE: '1000' });
    expect(linesOf(await user.use('couplet', { first: '悠悠岁月长', seed: 3 }).answer())).toEqual(
      linesOf(first),
    );
    expect(linesOf(await user.press(first, 2).answer())[1]).toBe(linesOf(first)[3]?.slice(2));
    expect(harness.discord.unexpectedErrors).toEqual([]);
  });
});
