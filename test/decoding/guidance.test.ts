import { expect, test } from 'vitest';
import type { Decoder } from '../../src/decoding/decoder.ts';
import type { Row } from '../../src/decoding/row.ts';
import type { Sampling } from '../../src/decoding/sampling.ts';
import { Stepper } from '../../src/decoding/stepper.ts';
import { BOS } from '../../src/model/vocabulary.ts';
import { acrosticPlan, poemPlan, type TinyModel, tinyModel, VOCABULARY } from '../model/tiny-model.ts';

const TITLED = { writesTitles: true, announced: true };
const WEIGHT = 1.5;
const GUIDED: Sampling = { temperature: 1, topP: 1, guidance: WEIGHT };

/** Lets a row run to its end, and takes it back whenever it pauses. */
async function finish(decoder: Decoder, row: Row): Promise<Row> {
  while (row.status !== 'finished' && row.status !== 'failed') {
    await decoder.tick();
    if (row.status === 'paused') decoder.resume(row);
  }
  expect(row.error).toBeNull();
  return row;
}

/** The logits after each token of a sequence. */
async function logitsAfter({ architecture, parameters }: TinyModel, tokens: readonly number[]) {
  const stepper = await Stepper.create(architecture, parameters);
  stepper.reserve(1);
  stepper.restore(0, null);
  const all: number[][] = [];
  for (const token of tokens) {
    await stepper.step(Int32Array.of(token), 1);
    all.push([...(await stepper.logits([0]))]);
  }
  return all;
}

/** The NLL of each of the last `count` tokens of `conditional`, guided away from `unconditional`, which ends alike. */
async function guidedNlls(
  model: TinyModel,
  conditional: readonly number[],
  unconditional: readonly number[],
  count: number,
): Promise<number[]> {
  const [with_, without] = [await logitsAfter(model, conditional), await logitsAfter(model, unconditional)];
  return conditional.slice(-count).map((token, i) => {
    const conditioned = with_.at(i - count - 1) ?? [];
    const unconditioned = without.at(i - count - 1) ?? [];
    const logits = conditioned.map(
      (logit, id) => logit + WEIGHT * (logit - (unconditioned[id] ?? Number.NaN)),
    );
    const largest = Math.max(...logits);
    const total = largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    return total - (logits[token] ?? Number.NaN);
  });
}

const ids = (text: readonly string[]) => text.map((char) => VOCABULARY.id(char));

test.each([
  ['an opening', poemPlan({ opening: '月', title: '秋山' }), { opening: '月' }],
  ['no opening', poemPlan({ opening: '', title: '秋山' }), {}],
  ['heads', acrosticPlan({ heads: '春江花月', title: '秋山' }), { heads: '春江花月' }],
])('a poem with %s is moved away from the same poem without its title', async (_, plan, announced) => {
  const model = await tinyModel('lstm', { prompts: TITLED });
  const { decoder } = model;
  const row = await finish(decoder, decoder.join({ plan, sampling: GUIDED, seed: 3 }));
  const poem = ids(row.characters);
  const expected = await guidedNlls(
    model,
    [...VOCABULARY.prefix('qijue', { ...announced, title: '秋山' }), ...poem],
    [...VOCABULARY.prefix('qijue', announced), ...poem],
    poem.length,
  );
  for (const [i, nll] of row.nlls.entries()) if (nll !== null) expect(nll).toBeCloseTo(expected[i] ?? 0, 3);
  expect(row.hanzi).toBeGreaterThan(20);
});

test('a title is moved away from one for which nothing is announced, and then guides the poem', async () => {
  const model = await tinyModel('lstm', { prompts: TITLED });
  const { decoder } = model;
  const plan = poemPlan({ opening: '明月' });
  const spec = { plan, sampling: GUIDED, titleSampling: GUIDED, writesTitle: true };
  const row = await finish(decoder, decoder.join({ ...spec, seed: 4 }));
  expect(row.title.length).toBeGreaterThan(0);
  const ended = row.title.length < 10;
  const title = [...ids(row.title), ...(ended ? [BOS] : [])];
  const announced = VOCABULARY.announce('qijue', { opening: '明月' });
  const ofTitle = await guidedNlls(
    model,
    [...announced, ...title],
    [VOCABULARY.tag('qijue'), ...title],
    title.length,
  );
  expect(row.titleNll).toBeCloseTo(
    ofTitle.reduce((sum, nll) => sum + nll, 0),
    2,
  );
  const poem = ids(row.characters);
  const ofPoem = await guidedNlls(
    model,
    [...announced, ...ids(row.title), BOS, ...poem],
    [...announced, BOS, ...poem],
    poem.length,
  );
  for (const [i, nll] of row.nlls.entries()) if (nll !== null) expect(nll).toBeCloseTo(ofPoem[i] ?? 0, 3);
});

test('a guided row that pauses and is forked goes on as if it had not', async () => {
  const { decoder } = await tinyModel('lstm', { prompts: TITLED });
  const plan = poemPlan({ opening: '月', title: '秋山' });
  const spec = { plan, sampling: { ...GUIDED, temperature: 0 }, seed: 3 };
  const whole = await finish(decoder, decoder.join(spec));
  const row = decoder.join({ ...spec, pauses: [8, 16, 24] });
  while (row.status !== 'paused') await decoder.tick();
  const fork = row.fork(9);
  decoder.resume(row);
  decoder.resume(fork);
  await finish(decoder, row);
  await finish(decoder, fork);
  for (const each of [row, fork]) {
    expect(each.characters).toEqual(whole.characters);
    expect(each.nll).toBeCloseTo(whole.nll, 3);
  }
  expect(decoder.active).toBe(0);
});

test('the first two hanzi that the model writes are drawn in a way of their own', async () => {
  const { decoder } = await tinyModel();
  const likeliest: Sampling = { temperature: 0, topP: 1 };
  const sampling: Sampling = { temperature: 1, topP: 1 };
  const poems: string[][] = [];
  for (let seed = 1; seed <= 4; seed++) {
    const plan = poemPlan({ opening: '月' });
    const row = await finish(decoder, decoder.join({ plan, sampling, firstSampling: likeliest, seed }));
    poems.push([...row.characters]);
  }
  const different = (from: number, to: number) =>
    new Set(poems.map((characters) => characters.slice(from, to).join(''))).size;
  expect(different(0, 3)).toBe(1);
  expect(different(3, 7)).toBe(4);
});
