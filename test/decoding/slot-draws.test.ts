/** What is noted of each character that is drawn: its likelihood and its reward. */

import { expect, test } from 'vitest';
import type { Decoder } from '../../src/decoding/decoder.ts';
import { SAMPLING } from '../../src/decoding/sampling.ts';
import { Stepper } from '../../src/decoding/stepper.ts';
import { Random } from '../../src/model/random.ts';
import { poemPlan, tinyModel, VOCABULARY } from '../model/tiny-model.ts';

async function drain(decoder: Decoder): Promise<void> {
  while (decoder.active > 0) await decoder.tick();
}

test('the likelihood counts what the model wrote, and of nothing else', async () => {
  const model = await tinyModel();
  const plan = poemPlan({ opening: '明月', form: 'wujue' });
  const row = model.decoder.join({ plan, sampling: SAMPLING.free, seed: 3 });
  await drain(model.decoder);
  const { characters, nll, hanzi } = row.result();
  expect(hanzi).toBe(18);

  const stepper = await Stepper.create(model.architecture, model.parameters);
  stepper.reserve(1);
  stepper.restore(0, null);
  let expected = 0;
  const tokens = [...VOCABULARY.prefix('wujue'), ...characters.map((char) => VOCABULARY.id(char))];
  for (const [i, token] of tokens.entries()) {
    const at = i - VOCABULARY.prefix('wujue').length;
    if (at >= 2 && plan.slots[at]?.kind === 'free') {
      const logits = await stepper.logits([0]);
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      expected += total - (logits[token] ?? Number.NaN);
    }
    await stepper.step(Int32Array.of(token), 1);
  }
  expect(nll).toBeCloseTo(expected, 3);
});

test.each([0, 2])(
  'has the reward of each token and the state behind it, with guidance %s',
  async (guidance) => {
    const random = new Random(9);
    const normals = (length: number) => Float32Array.from({ length }, () => random.normal());
    const { architecture, parameters } = await tinyModel();
    const reward = { tokens: normals(VOCABULARY.size), state: normals(architecture.hidden) };
    const { decoder } = await tinyModel('lstm', { reward });
    const plan = poemPlan({ opening: '明月', form: 'wujue', title: '春山' });
    const row = decoder.join({ plan, sampling: { temperature: 1, topP: 1, guidance }, seed: 3 });
    await drain(decoder);
    const { characters, rewards, nlls } = row.result();
    expect(rewards.map((value) => value === null)).toEqual(nlls.map((value) => value === null));

    const stepper = await Stepper.create(architecture, parameters);
    stepper.reserve(1);
    stepper.restore(0, null);
    const prefix = VOCABULARY.prefix('wujue', { title: '春山', opening: '' });
    for (const token of prefix) await stepper.step(Int32Array.of(token), 1);
    for (const [at, char] of characters.entries()) {
      const token = VOCABULARY.id(char);
      const state = stepper.topState(0);
      const expected = state.reduce((sum, value, i) => sum + value * (reward.state[i] ?? 0), 0);
      const given = rewards[at];
      if (typeof given === 'number') expect(given).toBeCloseTo(expected + (reward.tokens[token] ?? 0), 3);
      await stepper.step(Int32Array.of(token), 1);
    }
  },
);

test('a fork keeps what was noted of the characters that it shares', async () => {
  const { architecture } = await tinyModel();
  const reward = {
    tokens: new Float32Array(VOCABULARY.size).fill(0.5),
    state: new Float32Array(architecture.hidden),
  };
  const { decoder } = await tinyModel('lstm', { reward });
  const plan = poemPlan({ opening: '明月', form: 'wujue' });
  const row = decoder.join({ plan, sampling: SAMPLING.free, seed: 3, pauses: [6] });
  await drain(decoder);
  const before = row.result();
  const fork = row.fork(4);
  expect(fork.result()).toEqual(before);
  decoder.resume(fork);
  await drain(decoder);
  const { characters, nlls, rewards } = fork.result();
  expect(rewards).toEqual(nlls.map((nll) => (nll === null ? null : 0.5)));
  expect(rewards).toHaveLength(characters.length);
  expect(rewards.filter((value) => value !== null)).toHaveLength(18);
});
