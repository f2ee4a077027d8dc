import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random.ts';
import { BOS, Vocabulary } from '../../../src/model/vocabulary.ts';
import { areaUnderCurve } from '../../../src/training/critic/auc.ts';
import {
  type CriticExample,
  cleanPoems,
  coupletEnds,
  criticBatches,
  exampleOf,
  examplesOf,
} from '../../../src/training/critic/examples.ts';
import { CRITIC_SETTINGS, trainCritic } from '../../../src/training/critic/train-critic.ts';

const GOOD = '白日依山盡，黃河入海流。欲窮千里目，更上一層樓。';
const REPEATS = '白日依山盡，黃河入海流。欲窮千里日，更上一層樓。';
const BROKEN = '白日依山明，黃河入海目。欲窮千里樓，更上一層盡。';
const vocabulary = new Vocabulary([
  ...new Set([...GOOD, ...REPEATS].filter((char) => !'，。'.includes(char))),
]);

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

describe('the area under the curve', () => {
  it('is the chance that a positive scores higher, ties counting half', () => {
    expect(areaUnderCurve([2, 3], [0, 1])).toBe(1);
    expect(areaUnderCurve([0, 1], [2, 3])).toBe(0);
    expect(areaUnderCurve([1, 3], [1, 2])).toBe((0.5 + 0 + 1 + 1) / 4);
    expect(() => areaUnderCurve([], [1])).toThrow(RangeError);
  });
});

describe('people’s poems for the critic', () => {
  const poem = (text: string, title = '登鸛雀樓') =>
    ({ split: 'train', form: 'wujue', title, author: '', text }) as const;

  it('keep strict meter and repeat no character', () => {
    const texts = cleanPoems([poem(GOOD), poem(REPEATS), poem(BROKEN)], vocabulary).map(({ text }) => text);
    expect(texts).toEqual([GOOD]);
  });

  it('have no unknown character, and no title that says nothing', () => {
    expect(cleanPoems([poem(GOOD.replace('樓', '頭'))], vocabulary)).toEqual([]);
    expect(cleanPoems([poem(GOOD, '奉和')], vocabulary)).toEqual([]);
  });

  it('stand beside those of the model, with the same title or without one', () => {
    const peoples = cleanPoems(
      Array.from({ length: 60 }, () => poem(GOOD)),
      vocabulary,
    );
    const models = peoples.map(() => BROKEN);
    const examples = examplesOf(peoples, models, vocabulary, new Random(1), { strangeTitles: false });
    expect(examples).toHaveLength(120);
    for (let i = 0; i < examples.length; i += 2) {
      const [theirs, own] = examples.slice(i, i + 2);
      expect([theirs?.label, own?.label]).toEqual([1, 0]);
      expect(own?.tokens.slice(0, own.start)).toEqual(theirs?.tokens.slice(0, theirs.start));
    }
    expect(new Set(examples.map(({ start }) => start))).toEqual(new Set([2, 2 + [...'登鸛雀樓'].length]));
  });

  it('count as the model’s if they stand on the title of another poem', () => {
    const peoples = cleanPoems(
      ['春望', '秋望'].flatMap((title) => Array.from({ length: 20 }, () => poem(GOOD, title))),
      new Vocabulary([...vocabulary.hanzi, ...'春秋望']),
    );
    const known = new Vocabulary([...vocabulary.hanzi, ...'春秋望']);
    const examples = examplesOf(
      peoples,
      peoples.map(() => BROKEN),
      known,
      new Random(1),
      { strangeTitles: true },
    );
    const ids = [...GOOD].map((char) => known.id(char)).join();
    const strange = examples.filter(
      ({ label, tokens, start }) => label === 0 && tokens.slice(start).join() === ids,
    );
    expect(strange.length).toBeGreaterThan(0);
    expect(strange.length).toBeLessThan(20);
  });

  it('are cut after couplets', () => {
    const example = exampleOf({ form: 'wujue', title: '', text: GOOD }, 1, vocabulary);
    expect(example.tokens[example.start - 1]).toBe(BOS);
    expect(coupletEnds(example)).toEqual([example.start + 12, example.start + 24]);
    const lengths = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      for (const { sequences } of criticBatches([example, example], 8, new Random(seed))) {
        expect(new Set(sequences.map(({ length }) => length)).size).toBe(1);
        lengths.add(sequences[0]?.length ?? 0);
      }
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual(coupletEnds(example));
  });
});

describe('a critic', () => {
  it('learns to tell two sides apart that differ in one place', async () => {
    const random = new Random(3);
    const line = () => Array.from({ length: 5 }, () => 20 + random.below(8));
    const examples = Array.from({ length: 120 }, (_, i): CriticExample => {
      const label = i % 2 === 0 ? 1 : 0;
      const tokens = [4, BOS, ...line(), 10, ...line(), 11];
      // The model's side has a pair of characters that people never join.
      if (label === 0) tokens.splice(3 + random.below(3), 2, 28, 29);
      return { form: 'wujue', tokens, start: 2, label };
    });
    const size = 30;
    const embedding = Float32Array.from({ length: size * 4 }, () => random.normal());
    const losses: number[] = [];
    const { heldOut, parameters } = await trainCritic(
      { embedding, vocabulary: size },
      { train: examples.slice(0, 90), heldOut: examples.slice(90) },
      { ...CRITIC_SETTINGS, hidden: 8, epochs: 8, batchRows: 15, learningRate: 2e-2, dropout: 0 },
      (_, loss) => losses.push(loss),
    );
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(heldOut.auc).toBeGreaterThan(0.8);
    expect(parameters.has('embedding')).toBe(false);
  });
});
