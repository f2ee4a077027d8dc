import { beforeAll, describe, expect, it } from 'vitest';
import { Stepper } from '../../../src/decoding/stepper.ts';
import { startEngine } from '../../../src/engines/engine.ts';
import type { Architecture } from '../../../src/model/architecture.ts';
import { EOS, UNK } from '../../../src/model/vocabulary.ts';
import { generateFreely, UNKNOWN } from '../../../src/training/experiments/free-generation.ts';
import { initialParameters } from '../../../src/training/network/network.ts';
import { referenceLogits } from '../../model/reference.ts';
import { VOCABULARY } from '../../model/tiny-model.ts';

const ARCHITECTURE: Architecture = {
  cell: 'rnn',
  vocabulary: VOCABULARY.size,
  embedding: 6,
  hidden: 8,
  layers: 1,
  tied: false,
};

/** Random weights; `bias` is added to the logits of single tokens. */
async function model(bias: Record<number, number> = {}) {
  const parameters = initialParameters(ARCHITECTURE, 4);
  for (const values of parameters.values())
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * 4;
  const outputBias = parameters.get('outputBias') as Float32Array;
  for (const [id, value] of Object.entries(bias)) outputBias[Number(id)] = value;
  return { stepper: await Stepper.create(ARCHITECTURE, parameters), vocabulary: VOCABULARY, parameters };
}

const GREEDY = { temperature: 0, topP: 1 };
const OPTIONS = {
  form: 'qijue',
  sampling: { temperature: 1, topP: 1 },
  seed: 5,
  limit: 20,
  ends: true,
} as const;

beforeAll(() => startEngine('wasm'));

describe('writing without a plan', () => {
  it('takes the likeliest of all that can be written, when greedy, one after the other', async () => {
    const { parameters, ...writer } = await model({ [EOS]: -50, [UNK]: -50 });
    const [poem] = await generateFreely(writer, ['月'], { ...OPTIONS, sampling: GREEDY });
    const tokens = [...VOCABULARY.prefix('qijue'), VOCABULARY.id('月')];
    let text = '月';
    while ([...text].length < OPTIONS.limit) {
      const row = referenceLogits(ARCHITECTURE, parameters, tokens).at(-1) as number[];
      const marks = VOCABULARY.id('，');
      const best = row.reduce((kept, x, id) => (id >= marks && x > (row[kept] as number) ? id : kept), marks);
      tokens.push(best);
      text += VOCABULARY.char(best);
    }
    expect(poem).toEqual({ text, written: 19, ended: false });
  });

  it('stops where the model ends a poem, and shows unknown characters as such', async () => {
    const ending = await model({ [EOS]: 60 });
    expect(await generateFreely(ending, ['月', '山'], OPTIONS)).toEqual([
      { text: '月', written: 0, ended: true },
      { text: '山', written: 0, ended: true },
    ]);
    const unknowing = await model({ [UNK]: 60 });
    const [poem] = await generateFreely(unknowing, ['月'], { ...OPTIONS, limit: 4 });
    expect(poem).toEqual({ text: `月${UNKNOWN.repeat(3)}`, written: 3, ended: false });
  });

  it('goes on to its limit where nothing may end it', async () => {
    const ending = await model({ [EOS]: 60 });
    const [poem] = await generateFreely(ending, ['月'], { ...OPTIONS, ends: false });
    expect(poem).toMatchObject({ written: 19, ended: false });
  });

  it('writes the same to an opening whatever it is written beside, and anew by another seed', async () => {
    const writer = await model();
    const alone = await generateFreely(writer, ['月'], OPTIONS);
    const beside = await generateFreely(writer, ['月', '明月山', '月'], OPTIONS);
    expect(beside[0]).toEqual(alone[0]);
    expect(beside[1]?.text.startsWith('明月山')).toBe(true);
    expect(beside[2]?.text).not.toBe(beside[0]?.text);
    const again = await generateFreely(writer, ['月'], { ...OPTIONS, seed: 6 });
    expect(again[0]?.text).not.toBe(alone[0]?.text);
  });
});
