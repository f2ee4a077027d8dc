import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random.ts';
import { compilePlan } from '../../../src/poetry/compile.ts';
import { FORM_NAMES } from '../../../src/poetry/form.ts';
import type { CorpusPoem } from '../../../src/training/corpus/corpus.ts';
import { drawRatingRequests } from '../../../src/training/reward/rating-requests.ts';

const poems = FORM_NAMES.flatMap((form) =>
  Array.from(
    { length: 20 },
    (_, n): CorpusPoem => ({
      split: n === 0 ? 'test' : 'train',
      form,
      title: '秋夜',
      author: '',
      text: n === 0 ? '試試試試試' : '明月出天山',
    }),
  ),
);

describe('requests whose answers are rated', () => {
  const requests = drawRatingRequests(poems, 32, new Random(1));

  it('are openings, titles and acrostics in all forms, and can all be written', () => {
    const kinds = requests.map(({ request }) =>
      request.kind === 'acrostic' ? 'acrostic' : request.title === '' ? 'opening' : 'title',
    );
    expect(kinds.filter((kind) => kind === 'opening')).toHaveLength(16);
    expect(kinds.filter((kind) => kind === 'title')).toHaveLength(8);
    expect(kinds.filter((kind) => kind === 'acrostic')).toHaveLength(8);
    expect(new Set(requests.map(({ form }) => form))).toEqual(new Set(FORM_NAMES));
    for (const { request } of requests) expect(() => compilePlan(request)).not.toThrow();
  });

  it('come from the training split', () => {
    const openings = requests.flatMap(({ request }) => (request.kind === 'poem' ? [request.opening] : []));
    expect(openings.filter((opening) => opening !== '').every((opening) => '明月'.startsWith(opening))).toBe(
      true,
    );
    const test = poems.filter(({ split }) => split === 'test');
    expect(() => drawRatingRequests(test, 1, new Random(1))).toThrow(RangeError);
  });

  it('have the form that the heads of an acrostic give', () => {
    for (const { form, request } of drawRatingRequests(poems, 32, new Random(2))) {
      if (request.kind !== 'acrostic') continue;
      const lines = [...request.heads].length;
      expect(form).toBe(
        { 4: { 5: 'wujue', 7: 'qijue' }, 8: { 5: 'wulv', 7: 'qilv' } }[lines]?.[request.length],
      );
    }
  });
});
