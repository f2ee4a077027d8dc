import { describe, expect, test } from 'vitest';
import { cost, seedOf, WEIGHTS } from '../../src/decoding/ranking.ts';

/** A poem whose characters all have the same NLL, but for those of `surprising`. */
function poem(text: string, mean: number, surprising = '') {
  const characters = [...text];
  const nlls = characters.map((char) =>
    '，。'.includes(char) ? null : surprising.includes(char) ? mean + 2 : mean,
  );
  const written = nlls.filter((nll) => nll !== null);
  return { characters, nlls, nll: written.reduce((sum, nll) => sum + nll, 0), hanzi: written.length };
}

describe('the cost of a poem', () => {
  test('rises with its NLL', () => {
    const [plain, likelier] = [poem('秋山明月夜，', 4.5), poem('空山新雨後，', 4.2)];
    expect(cost({ result: likelier })).toBeLessThan(cost({ result: plain }));
  });

  test('is higher for a breach of the plan than for anything else', () => {
    const [likely, awful] = [poem('明月出天山，', 0.1), poem('明月明月明，明月明月明。', 12)];
    expect(cost({ result: awful })).toBeLessThan(cost({ result: likely, breaches: 1 }));
  });

  test('is higher if it goes round in circles, however likely it is', () => {
    const loop = poem('明月明月明，月明月明月。', 3.9);
    const fresh = poem('明月出天山，蒼茫雲海間。', 4.5);
    expect(cost({ result: fresh })).toBeLessThan(cost({ result: loop }));
  });

  test('counts a doubling as such, and not as a character that comes back', () => {
    const single = cost({ result: poem('悠然天地間，', 4) });
    expect(cost({ result: poem('悠悠天地間，', 4) })).toBeCloseTo(single + WEIGHTS.doubling);
    expect(cost({ result: poem('悠天悠地間，', 4) })).toBeCloseTo(single + WEIGHTS.repeatedCharacter);
  });

  test('is higher if the last two characters of a rhyming line do not belong together', () => {
    const result = poem('明月出天山，蒼茫雲海間。長風幾萬里，吹度玉門', 4);
    const plain = cost({ result });
    const lacking = (pairs: Record<string, number>) =>
      cost({ result, association: (first, second) => pairs[first + second] ?? 0 }) - plain;
    expect(lacking({})).toBeCloseTo(3 * WEIGHTS.rhymeWord);
    expect(lacking({ 海間: 2 })).toBeCloseTo(WEIGHTS.rhymeWord);
    expect(lacking({ 海間: 5 })).toBeCloseTo(0);
    // Other lines, and lines that are not complete, do not count.
    expect(lacking({ 天山: 9, 萬里: 9, 玉門: 9 })).toBeCloseTo(3 * WEIGHTS.rhymeWord);
  });

  test('is lower for what the reward model likes, on the mean over what the model wrote', () => {
    const result = poem('明月出天山，蒼茫雲海間。', 4);
    const rewards = [...'明月出天山，蒼茫雲海間。'].map((char) =>
      '明月，。'.includes(char) ? null : char === '雲' ? 1 : 0,
    );
    expect(cost({ result: { ...result, rewards } })).toBeCloseTo(cost({ result }) - WEIGHTS.reward / 8);
    expect(cost({ result: { ...result, rewards: rewards.map(() => null) } })).toBeCloseTo(cost({ result }));
  });

  test('is higher for words that contradict the others in season or time of day, title included', () => {
    const result = poem('春色滿南山，鶯啼白日閒。', 4);
    const clashing = poem('春色滿南山，鶯啼明月閒。', 4);
    expect(cost({ result, title: '春望' })).toBeCloseTo(cost({ result }));
    expect(cost({ result, title: '秋望' })).toBeCloseTo(cost({ result }) + WEIGHTS.season);
    expect(cost({ result, title: '月夜' })).toBeCloseTo(cost({ result }) + WEIGHTS.time);
    expect(cost({ result: clashing })).toBeCloseTo(cost({ result }));
    expect(cost({ result: clashing, title: '晝' })).toBeCloseTo(cost({ result }) + WEIGHTS.time);
  });

  test('is lower if the critic takes the poem for one by a person', () => {
    const result = poem('明月出天山，蒼茫雲海間。', 4.5);
    expect(cost({ result, critic: 1 })).toBeCloseTo(cost({ result }) - WEIGHTS.critic);
    expect(cost({ result, critic: -1 })).toBeGreaterThan(cost({ result }));
  });

  test('does not depend on how likely the first two hanzi of the model are, unless they are broken', () => {
    const withFirst = (...first: (number | null)[]) => {
      const { characters, nlls } = poem('明月出天山，蒼茫雲海間。', 4);
      return cost({ result: { characters, nlls: [...first, ...nlls.slice(first.length)] } });
    };
    expect(withFirst(1, 1)).toBeCloseTo(withFirst(4, 4));
    expect(withFirst(9, 9)).toBeCloseTo(withFirst(4, 4) + 5 * WEIGHTS.worstFoot);
    // Characters that the asker gave are not the model's.
    expect(withFirst(null, null, 1, 1)).toBeCloseTo(withFirst(null, null, 4, 4));
  });

  test('is higher if what is unlikely stands in one foot', () => {
    const broken = poem('明月出天山，蒼茫雲海間。', 4, '蒼茫');
    const even = poem('明月出天山，蒼茫雲海間。', 4, '明雲');
    expect(broken.nll).toBeCloseTo(even.nll);
    expect(cost({ result: even })).toBeLessThan(cost({ result: broken }));
  });

  test('is higher for each worn phrase within a line', () => {
    const result = poem('不知何處是，何處不相知。', 4);
    const plain = cost({ result });
    expect(cost({ result, wornPhrases: new Set(['不知何處']) })).toBeCloseTo(plain + WEIGHTS.wornPhrase);
    expect(cost({ result, wornPhrases: new Set(['何處']) })).toBeCloseTo(plain + 2 * WEIGHTS.wornPhrase);
    expect(cost({ result, wornPhrases: new Set(['是何']) })).toBeCloseTo(plain);
  });

  test('is 0 for a poem of which the model wrote nothing', () => {
    expect(cost({ result: { characters: ['月'], nlls: [null] } })).toBe(0);
  });
});

test('the first row has the seed of its order, the others seeds of their own', () => {
  const seeds = Array.from({ length: 8 }, (_, n) => seedOf(42, n));
  expect(seeds[0]).toBe(42);
  expect(new Set(seeds).size).toBe(8);
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
});
