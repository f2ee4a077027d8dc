import { describe, expect, it } from 'vitest';
import type { PoemSpec, ShownPoem } from '../../../src/bot/answer.ts';
import type { CommandContext } from '../../../src/bot/command.ts';
import { ButtonCodec } from '../../../src/bot/discord/button.ts';
import { poemMessage } from '../../../src/bot/discord/message.ts';
import { prepareMessageReport } from '../../../src/bot/discord/message-report.ts';
import { texts } from '../../../src/bot/locale.ts';
import { NO_EXTRAS, preparePoem } from '../../../src/bot/prepare-poem.ts';
import { Random } from '../../../src/model/random.ts';
import { PlanCursor } from '../../../src/poetry/cursor.ts';
import { FORM_NAMES } from '../../../src/poetry/form.ts';
import { tonesOf } from '../../../src/poetry/prosody.ts';
import type { Script } from '../../../src/poetry/request.ts';
import { toSimplified } from '../../../src/poetry/script.ts';
import { admits } from '../../../src/poetry/slot-constraint.ts';
import type { Asker, GeneratedPoem, Order } from '../../../src/service/inference.ts';
import { REGULATED } from '../../poetry/poems.ts';
import { FakeInference } from '../fake-inference.ts';
import { FakeStudio } from '../fake-studio.ts';

/** Traditional characters that share a simplified form with others of another tone, rhyme or sense. */
const MERGED =
  '乾幹干鍼針幷並併凭憑發髮後后里裏雲云余餘谷穀征徵幾几台臺鬥斗松鬆卷捲才纔只隻舍捨遊游蒙濛於于鹹咸升昇製制棲栖闢辟範范崑昆慄栗樸朴係繫系鬱郁薑姜誇夸醜丑巖岩築筑沖衝準准';
const INK = [...new Set(MERGED + REGULATED.map(({ text }) => text).join(''))].filter((c) => tonesOf(c) !== 0);

/** Writes random characters that the plan allows, so every poem scans and rhymes. */
class ScanningInference extends FakeInference {
  /** Added to the seed, so that another checkpoint writes other poems. */
  checkpoint = 0;

  override async write(order: Order, asker: Asker): Promise<GeneratedPoem> {
    const random = new Random(order.seed + this.checkpoint);
    const cursor = new PlanCursor(order.plan);
    const characters: string[] = [];
    for (let slot = cursor.slot; slot !== null; slot = cursor.slot) {
      let char = slot.kind === 'given' ? slot.text : undefined;
      while (char === undefined) {
        const need = cursor.constraint();
        const fit = need ? INK.filter((ink) => admits(need, ink)) : [];
        const among = slot.kind === 'choice' ? cursor.choices() : fit;
        char = among[Math.floor(random.uniform() * among.length)];
        if (char === undefined && !cursor.relax()) throw new Error('no ink');
      }
      characters.push(char);
      cursor.take(char);
    }
    return { ...(await super.write(order, asker)), characters };
  }
}

function setUp(locale: CommandContext['locale'] = 'zh-CN') {
  const inference = new ScanningInference();
  const asker = { user: '1', guild: null, owner: false };
  const context: CommandContext = {
    ...{ inference, asker, locale, script: 'simplified', platform: 'discord', desk: null },
    studio: new FakeStudio(),
    favourites: null,
    daily: null,
    server: null,
    drawSeed: () => 0,
  };
  return { inference, context };
}

const specOf = (seed: number, script: Script): PoemSpec => ({
  request: {
    ...{ kind: 'poem', opening: seed % 3 === 0 ? '' : '干', title: '山', meter: 'strict', rhyme: 'auto' },
    form: FORM_NAMES[seed % FORM_NAMES.length] ?? 'qijue',
  },
  ...{ mood: 'free', seed, script },
});

async function poemOf(spec: PoemSpec, context: CommandContext): Promise<ShownPoem> {
  const answer = await preparePoem(spec, NO_EXTRAS, context)({});
  if (answer.kind !== 'poem') throw new Error('no poem');
  return answer.poem;
}

async function reportUnder(poem: ShownPoem, context: CommandContext): Promise<string[]> {
  const message = poemMessage(poem, '1', context.locale, new ButtonCodec('a token'));
  const answer = await prepareMessageReport(message.body.embeds?.[0], poem.spec, context)({});
  return answer.kind === 'page' ? answer.entries.map(({ text }) => text) : [];
}

describe('the report on a poem in a message', () => {
  const seeds = Array.from({ length: 300 }, (_, seed) => seed);

  it('is the same in simplified script as in traditional', async () => {
    const { context } = setUp();
    let hidden = 0;
    for (const seed of seeds) {
      const simplified = await poemOf(specOf(seed, 'simplified'), context);
      const traditional = await poemOf(specOf(seed, 'traditional'), context);
      const report = await reportUnder(simplified, context);
      expect(report).toEqual((await reportUnder(traditional, context)).map(toSimplified));
      expect(report).toContain(texts('zh-CN').sentences['report-fits']);
      if (/[乾幹鍼並併凭徵]/u.test(traditional.lines.join(''))) hidden++;
    }
    // Without such characters this test would show nothing.
    expect(hidden).toBeGreaterThan(100);
  });

  it('finds no deviation in a correct poem of another checkpoint', async () => {
    const { inference, context } = setUp();
    for (const seed of seeds) {
      inference.checkpoint = 0;
      const poem = await poemOf(specOf(seed, 'simplified'), context);
      inference.checkpoint = 1000;
      expect(await reportUnder(poem, context)).toContain(texts('zh-CN').sentences['report-fits']);
    }
  });

  it('generates no poem again if the message shows traditional script', async () => {
    const { inference, context } = setUp('zh-TW');
    const poem = await poemOf(specOf(1, 'traditional'), context);
    await reportUnder(poem, context);
    expect(inference.orders).toHaveLength(1);
  });
});
