import { expect, test } from 'vitest';
import { lineStates } from '../../../src/training/reward/line-states.ts';
import type { RatedPoem } from '../../../src/training/reward/ratings.ts';
import { tinyModel, VOCABULARY } from '../../model/tiny-model.ts';

const poemOf = (text: string, prompt: Partial<RatedPoem> = {}): RatedPoem => ({
  sheet: '1',
  request: '1',
  form: 'wujue',
  title: '',
  opening: '',
  heads: '',
  overall: 3,
  lines: (text.match(/[^，。]+/gu) ?? []).map((line) => ({ text: line, rating: 3, nll: 2 })),
  ...prompt,
});

test('the state of a line is the mean of those from which the model drew its characters', async () => {
  const { stepper } = await tinyModel();
  const text = '明月出天山，山月照人歸。人心如水遠，春雨落花飛。';
  const poems = [poemOf(text), poemOf(text, { title: '春山', heads: '明山人春' }), poemOf(text)];
  const states = await lineStates(stepper, poems, VOCABULARY);
  expect(states).toHaveLength(12);
  // Neighbours change nothing.
  expect(states.slice(8)).toEqual(states.slice(0, 4));

  for (const [n, poem] of poems.slice(0, 2).entries()) {
    const { title, opening, heads } = poem;
    const prompt = { title, opening, heads };
    const tokens = VOCABULARY.encode({ form: 'wujue', text }, prompt);
    const prefix = VOCABULARY.prefix('wujue', prompt).length;
    stepper.restore(0, null);
    const before: Float32Array[] = [];
    for (const token of tokens) {
      before.push(stepper.topState(0).slice());
      await stepper.step(Int32Array.of(token), 1);
    }
    // The third line, without its head if that was asked for.
    const start = prefix + 12 + (heads ? 1 : 0);
    const drawn = before.slice(start, prefix + 17);
    const mean = drawn[0]?.map(
      (_, i) => drawn.reduce((sum, state) => sum + (state[i] ?? 0), 0) / drawn.length,
    );
    expect([...(states[4 * n + 2] ?? [])]).toEqual(
      [...(mean ?? [])].map((value) => expect.closeTo(value, 5)),
    );
  }
});
