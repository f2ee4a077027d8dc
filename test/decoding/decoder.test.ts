import { describe, expect, onTestFinished, test } from 'vitest';
import { AllowedTokens } from '../../src/decoding/allowed-tokens.ts';
import { Decoder } from '../../src/decoding/decoder.ts';
import type { NgramBan } from '../../src/decoding/decoder-model.ts';
import type { Row, RowSpec } from '../../src/decoding/row.ts';
import { SAMPLING } from '../../src/decoding/sampling.ts';
import { Stepper } from '../../src/decoding/stepper.ts';
import { valuesOf } from '../../src/model/architecture.ts';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { PlanCursor } from '../../src/poetry/cursor.ts';
import type { Mood } from '../../src/poetry/request.ts';
import { verseLines } from '../../src/poetry/verse-lines.ts';
import { acrosticPlan, NO_PROMPTS, poemPlan, tinyModel, VOCABULARY } from '../model/tiny-model.ts';

async function drain(decoder: Decoder): Promise<Row[]> {
  const finished: Row[] = [];
  while (decoder.active > 0) finished.push(...(await decoder.tick()));
  return finished;
}

async function write(decoder: Decoder, spec: Partial<RowSpec>): Promise<string> {
  const row = decoder.join({ plan: poemPlan(), sampling: SAMPLING.free, seed: 1, ...spec });
  await drain(decoder);
  expect(row.error).toBeNull();
  return row.characters.join('');
}

const SHAPE = /^(.{7}，.{7}。){2}$/u;

describe('a poem', () => {
  test('has the shape of its plan, keeps what is given, and is the same for the same seed', async () => {
    const { decoder } = await tinyModel();
    const poem = await write(decoder, { plan: poemPlan({ opening: '明月' }), seed: 7 });
    expect(poem).toMatch(SHAPE);
    expect(poem.startsWith('明月')).toBe(true);
    expect(await write(decoder, { plan: poemPlan({ opening: '明月' }), seed: 7 })).toBe(poem);
    expect(await write(decoder, { plan: poemPlan({ opening: '明月' }), seed: 8 })).not.toBe(poem);
  });

  test('breaks nothing that its plan asks for, in any mood', async () => {
    const { decoder } = await tinyModel();
    for (const mood of ['calm', 'free', 'wild', 'greedy'] as const) {
      for (let seed = 0; seed < 10; seed++) {
        const plan = poemPlan({ form: seed % 2 ? 'wujue' : 'qijue' });
        const row = decoder.join({ plan, sampling: SAMPLING[mood], seed });
        await drain(decoder);
        const cursor = new PlanCursor(plan);
        for (const char of row.characters) cursor.take(char);
        expect(cursor.slot).toBeNull();
        expect(cursor.deviations).toEqual([]);
      }
    }
  });

  test('keeps characters that the model does not know', async () => {
    const { decoder } = await tinyModel();
    expect(VOCABULARY.has('龘')).toBe(false);
    const poem = await write(decoder, { plan: acrosticPlan({ heads: '龘月龘花' }) });
    expect(poem).toMatch(/^龘.{6}，月.{6}。龘.{6}，花.{6}。$/u);
    expect([...poem].filter((char) => char === '龘')).toHaveLength(2);
  });

  test('reads another spelling of a character as the one that the model knows', async () => {
    const { decoder } = await tinyModel();
    expect(VOCABULARY.has('靑')).toBe(false);
    const usual = await write(decoder, { plan: poemPlan({ opening: '青青' }), seed: 5 });
    const spelled = await write(decoder, { plan: poemPlan({ opening: '青靑' }), seed: 5 });
    expect(spelled).toBe(usual.replace('青青', '青靑'));
  });

  test('lets the model choose among the traditional forms of a head', async () => {
    const { decoder } = await tinyModel();
    const plan = acrosticPlan({ heads: '复月' });
    const slot = plan.slots[0];
    expect(slot?.kind).toBe('choice');
    const poem = await write(decoder, { plan });
    // 復 and 複 are forms of 复; the model knows 復 alone.
    expect(poem[0]).toBe('復');
  });

  test('takes the form of a head that the model likes best', async () => {
    const { decoder, stepper } = await tinyModel();
    const plan = poemPlan({ opening: '月' });
    const among = ['山', '水', '風', '雲'];
    const slots = plan.slots.map((slot, i) => (i === 1 ? { kind: 'choice' as const, among } : slot));
    const row = decoder.join({ plan: { ...plan, slots }, sampling: SAMPLING.greedy, seed: 1 });
    await drain(decoder);

    stepper.restore(0, null);
    for (const token of [...VOCABULARY.prefix('qijue'), VOCABULARY.id('月')]) {
      await stepper.step(Int32Array.of(token), 1);
    }
    const logits = await stepper.logits([0]);
    const liking = (char: string) => logits[VOCABULARY.id(char)] ?? Number.NaN;
    expect(row.characters[1]).toBe(among.reduce((a, b) => (liking(b) > liking(a) ? b : a)));
    expect(row.hanzi).toBe(26);
  });

  test('begins with what its title makes likely', async () => {
    const { decoder } = await tinyModel();
    const untitled = await write(decoder, { plan: poemPlan({ opening: '月', title: '' }) });
    const titled = await write(decoder, { plan: poemPlan({ opening: '月', title: '江雪' }) });
    const titleAlone = await write(decoder, { plan: poemPlan({ opening: '', title: '江雪' }) });
    expect(titled).toMatch(SHAPE);
    expect(titled).not.toBe(untitled);
    expect(titleAlone).toMatch(SHAPE);
  });

  test('is the same among many if the engine computes the products, with several threads', async () => {
    const options = { threads: 2, products: 'engine-float32' } as const;
    const { decoder } = await tinyModel('lstm', options);
    const plan = poemPlan({ opening: '月' });
    const join = (seed: number) => decoder.join({ plan, sampling: SAMPLING.free, seed });
    const many = Array.from({ length: 40 }, (_, seed) => join(seed));
    await drain(decoder);
    const alone = join(33);
    await drain(decoder);
    expect(many[33]?.characters).toEqual(alone.characters);
    expect(new Set(many.map(({ characters }) => characters.join(''))).size).toBeGreaterThan(20);
  });

  test('is the same if its likelihood is not wanted, and costs fewer multiply-adds', async () => {
    const { decoder, stepper } = await tinyModel();
    const plan = poemPlan({ opening: '月' });
    const count = async (scored: boolean) => {
      const before = stepper.multiplyAdds;
      const row = decoder.join({ plan, sampling: SAMPLING.free, seed: 4, scored });
      await drain(decoder);
      return { row, multiplyAdds: stepper.multiplyAdds - before };
    };
    const [scored, unscored] = [await count(true), await count(false)];
    expect(unscored.row.characters).toEqual(scored.row.characters);
    expect(unscored.row.hanzi).toBe(scored.row.hanzi);
    expect(unscored.row.nll).toBe(0);
    expect(unscored.multiplyAdds).toBeLessThan(scored.multiplyAdds);
  });
});

describe('the running batch', () => {
  const specs: RowSpec[] = Array.from({ length: 60 }, (_, n) => ({
    plan:
      n % 3 === 0
        ? acrosticPlan({ heads: '春江花月夜秋'.slice(0, 2 + (n % 5)), length: n % 2 ? 5 : 7 })
        : poemPlan({
            form: n % 3 === 1 ? 'wulv' : 'qijue',
            meter: n % 4 ? 'strict' : 'none',
            title: n % 7 ? '' : '秋夜',
          }),
    sampling: SAMPLING[(['calm', 'free', 'wild'] as const)[n % 3] ?? 'free'],
    seed: 1000 + n,
  }));

  test.each([
    ['lstm', 1],
    ['lstm', 2],
    ['gru', 1],
    ['rnn', 3],
  ] as const)('does not let %s rows disturb each other, with %i threads', async (cell, threads) => {
    const one = await tinyModel(cell);
    const alone: string[] = [];
    for (const spec of specs) {
      const row = one.decoder.join(spec);
      await drain(one.decoder);
      alone.push(row.characters.join(''));
    }
    expect(new Set(alone).size).toBe(specs.length);
    const { decoder, stepper } = await tinyModel(cell, { threads });
    onTestFinished(() => stepper.dispose());

    // Join three rows a tick and cancel a row now and then, so that rows move to other places.
    const rows: Row[] = [];
    for (let tick = 0; rows.length < specs.length || decoder.active > 0; tick++) {
      for (const spec of specs.slice(rows.length, rows.length + 3)) rows.push(decoder.join(spec));
      const leaving = rows[tick - 6];
      if (leaving && tick % 5 === 0) decoder.leave(leaving);
      await decoder.tick();
    }
    for (const [n, row] of rows.entries()) {
      if (row.status === 'finished') expect(row.characters.join('')).toBe(alone[n]);
      else expect(row.status).toBe('cancelled');
    }
    expect(rows.filter((row) => row.status === 'finished').length).toBeGreaterThan(40);
  });

  test('returns each finished row once, and forgets rows that leave', async () => {
    const { decoder } = await tinyModel();
    const rows = specs.slice(0, 6).map((spec) => decoder.join(spec));
    expect(decoder.active).toBe(6);
    await decoder.tick();
    for (const row of rows.slice(2, 3)) decoder.leave(row);
    expect(rows[2]?.status).toBe('cancelled');
    expect(decoder.active).toBe(5);
    const finished = await drain(decoder);
    expect(new Set(finished)).toEqual(new Set(rows.filter((_, n) => n !== 2)));
    expect(finished).toHaveLength(5);
    expect(await decoder.tick()).toEqual([]);
  });

  test('advances every row by one token a tick, in one batch or two', async () => {
    const { decoder, stepper } = await tinyModel('lstm', { threads: 2 });
    onTestFinished(() => stepper.dispose());
    const plan = poemPlan({ meter: 'none' });
    const write = async (count: number) => {
      const rows = Array.from({ length: count }, (_, seed) =>
        decoder.join({ plan, sampling: SAMPLING.free, seed }),
      );
      let ticks = 0;
      for (; decoder.active > 0; ticks++) await decoder.tick();
      for (const row of rows) expect(row.status).toBe('finished');
      return ticks;
    };
    const alone = await write(1);
    expect(await write(7)).toBe(alone);
    expect(await write(40)).toBeLessThanOrEqual(alone + 1);
    expect(await write(1)).toBe(alone);
  });

  test('writes nothing more in poems that are wholly given', async () => {
    const { decoder } = await tinyModel();
    const plan = poemPlan();
    const given = { ...plan, slots: [...'日月'].map((text) => ({ kind: 'given' as const, text })) };
    const row = decoder.join({ plan: given, sampling: SAMPLING.free, seed: 1 });
    expect(await drain(decoder)).toEqual([row]);
    expect(row.result()).toEqual({
      characters: ['日', '月'],
      nlls: [null, null],
      rewards: [null, null],
      nll: 0,
      hanzi: 0,
      title: '',
    });
  });
});

describe('if no token is left', () => {
  test('the constraints give way, but not the shape, and the cursor notes it', async () => {
    const { architecture, parameters } = await tinyModel();
    const vocabulary = new Vocabulary([...'月山水風雲花']);
    const few = new Map(parameters);
    const V = vocabulary.size;
    few.set('embedding', valuesOf(parameters, 'embedding').slice(0, V * architecture.embedding));
    few.set('output', valuesOf(parameters, 'output').slice(0, V * architecture.hidden));
    few.set('outputBias', new Float32Array(V));
    const stepper = await Stepper.create({ ...architecture, vocabulary: V }, few);
    const allowedTokens = new AllowedTokens(vocabulary);
    const decoder = await Decoder.create({
      stepper,
      vocabulary,
      allowedTokens,
      ngramBan: null,
      prompts: NO_PROMPTS,
      parallels: null,
      association: null,
      reward: null,
      critic: null,
    });
    const row = decoder.join({ plan: poemPlan(), sampling: SAMPLING.free, seed: 1 });
    await drain(decoder);
    expect(row.error).toBeNull();
    expect(row.characters.join('')).toMatch(SHAPE);
    expect(row.cursor.deviations.length).toBeGreaterThan(0);
  });

  test('no banned n-gram is completed', async () => {
    const model = await tinyModel();
    const banned = new Set<string>();
    const ngramBan: NgramBan = { length: 3, has: (ngram) => banned.has(ngram) };
    const decoder = await Decoder.create({
      stepper: model.stepper,
      vocabulary: VOCABULARY,
      allowedTokens: new AllowedTokens(VOCABULARY),
      ngramBan,
      prompts: NO_PROMPTS,
      parallels: null,
      association: null,
      reward: null,
      critic: null,
    });
    let last = await write(decoder, { seed: 5 });
    for (let round = 0; round < 20; round++) {
      for (const line of verseLines(last)) {
        for (let i = 0; i + 3 <= line.length; i++) banned.add(line.slice(i, i + 3));
      }
      const next = await write(decoder, { seed: 5 });
      for (const ngram of banned) expect(next.includes(ngram)).toBe(false);
      last = next;
    }
  });
});

test.each([
  ['NaN', 'free', (parameters) => valuesOf(parameters, 'outputBias').fill(Number.NaN, 30, 31)],
  ['finite but huge', 'free', (parameters) => valuesOf(parameters, 'output').fill(3e38)],
  ['finite but huge', 'greedy', (parameters) => valuesOf(parameters, 'output').fill(3e38)],
] as const satisfies readonly (readonly [
  string,
  Mood,
  (parameters: ReadonlyMap<string, Float32Array>) => void,
])[])('a row fails if the weights are %s, in the mood %s', async (_, mood, spoil) => {
  const { architecture, parameters } = await tinyModel();
  spoil(parameters);
  const stepper = await Stepper.create(architecture, parameters);
  const allowedTokens = new AllowedTokens(VOCABULARY);
  const decoder = await Decoder.create({
    stepper,
    vocabulary: VOCABULARY,
    allowedTokens,
    ngramBan: null,
    prompts: NO_PROMPTS,
    parallels: null,
    association: null,
    reward: null,
    critic: null,
  });
  for (const scored of [true, false]) {
    const row = decoder.join({ plan: poemPlan(), sampling: SAMPLING[mood], seed: 1, scored });
    expect(await drain(decoder)).toEqual([row]);
    expect(row.status).toBe('failed');
    expect(row.error?.message).toMatch(/not numbers/);
  }
});
