import { describe, expect, test } from 'vitest';
import { advantages } from '../../../src/training/reward/advantages.ts';
import type { RatedPoem } from '../../../src/training/reward/ratings.ts';

function rated(request: string, overall: number, ratings: number[]): RatedPoem {
  const lines = ratings.map((rating) => ({ text: '春風起明月', rating, nll: null }));
  return { sheet: '1', request, form: 'wujue', title: '', opening: '', heads: '', overall, lines };
}

const NONE = { overused: new Set<string>(), phrasePenalty: 0.5, excess: () => 0, excessPenalty: 0.3 };

describe('the advantage of a line', () => {
  test('is that over the other poems for the request', () => {
    const [good = [], bad = []] = advantages(
      [rated('a', 4, [4, 4, 4, 4]), rated('a', 2, [2, 2, 2, 2])],
      NONE,
    );
    expect(good).toHaveLength(4);
    for (const [i, advantage] of good.entries()) {
      expect(advantage).toBeGreaterThan(1);
      expect(bad[i]).toBeCloseTo(-advantage);
    }
  });

  test('does not depend on how mild the reader of a request was', () => {
    const strict = [rated('a', 3, [3, 2, 3, 2]), rated('a', 2, [2, 2, 3, 1])];
    const mild = strict.map((poem) => ({
      ...poem,
      request: 'b',
      overall: poem.overall + 1,
      lines: poem.lines.map((line) => ({ ...line, rating: line.rating + 1 })),
    }));
    const [first, second, third, fourth] = advantages([...strict, ...mild], NONE);
    expect(third).toEqual(first?.map((value) => expect.closeTo(value, 9)));
    expect(fourth).toEqual(second?.map((value) => expect.closeTo(value, 9)));
  });

  test('does not blame last lines for being last', () => {
    const poems = ['a', 'b', 'c'].flatMap((request) => [
      rated(request, 3, [4, 4, 4, 2]),
      rated(request, 3, [4, 4, 4, 2]),
    ]);
    for (const advantage of advantages(poems, NONE).flat()) expect(advantage).toBeCloseTo(0);
  });

  test('is less if it has an overused phrase', () => {
    const poem = rated('a', 3, [3, 3, 3, 3]);
    const [first, ...lines] = poem.lines.map((line) => ({ ...line, text: '白日依山盡' }));
    if (!first) throw new Error('no line');
    const poems = [{ ...poem, lines: [{ ...first, text: '春風起明月' }, ...lines] }];
    expect(advantages(poems, { ...NONE, overused: new Set(['起明月']) })).toEqual([[-0.5, 0, 0, 0]]);
  });

  test('is less if its characters are commoner than those of other lines in its place', () => {
    const poems = [rated('a', 3, [3, 3]), rated('b', 3, [3, 3])].map((poem, i) => ({
      ...poem,
      lines: poem.lines.map((line) => ({ ...line, text: i === 0 ? '煙月' : '是非' })),
    }));
    const excess = (line: string) => (line === '煙月' ? 1.5 : -0.5);
    expect(advantages(poems, { ...NONE, excess })).toEqual([
      [-0.3, -0.3],
      [0.3, 0.3],
    ]);
  });
});
