import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random.ts';
import { compilePlan } from '../../../src/poetry/compile.ts';
import type { CorpusPoem } from '../../../src/training/corpus/corpus.ts';
import { drawWishes } from '../../../src/training/reading/wishes.ts';

const poem = (form: 'qijue' | 'wulv', n: number): CorpusPoem => ({
  split: 'test',
  form,
  title: n % 2 ? `秋夜${'山水花月'[n % 4]}` : '奉和',
  author: '',
  text: `${n}`,
});
const test = Array.from({ length: 40 }, (_, n) => poem(n % 2 ? 'qijue' : 'wulv', Math.floor(n / 2)));

describe('the wishes of a sheet', () => {
  const wishes = drawWishes(test, 16, new Random(1));

  it('are openings, acrostics and titles, in both forms, and can all be written', () => {
    const kinds = wishes.map(({ request }) =>
      request.kind === 'acrostic' ? 'acrostic' : request.title === '' ? 'opening' : 'title',
    );
    expect(kinds.filter((kind) => kind === 'opening')).toHaveLength(8);
    expect(kinds.filter((kind) => kind === 'acrostic')).toHaveLength(4);
    expect(kinds.filter((kind) => kind === 'title')).toHaveLength(4);
    const forms = new Set(wishes.map(({ request }) => (request.kind === 'poem' ? request.form : 'acrostic')));
    expect([...forms].sort()).toEqual(['acrostic', 'qijue', 'wulv']);
    for (const { request } of wishes) expect(() => compilePlan(request)).not.toThrow();
  });

  it('each have a poem by a person in the same form, and no poem twice', () => {
    for (const { request, people } of wishes) {
      expect(people.form).toBe(request.kind === 'poem' ? request.form : 'qijue');
      if (request.kind === 'poem' && request.title !== '') expect(people.title).toBe(request.title);
    }
    expect(new Set(wishes.map(({ people }) => people)).size).toBe(16);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(drawWishes(test, 16, new Random(1))).toEqual(wishes);
    expect(drawWishes(test, 16, new Random(2))).not.toEqual(wishes);
  });

  it('need enough poems', () => {
    expect(() => drawWishes(test.slice(0, 4), 16, new Random(1))).toThrow(RangeError);
  });
});
