import { describe, expect, test } from 'vitest';
import { compilePlan } from '../../src/poetry/compile.ts';
import { PlanCursor } from '../../src/poetry/cursor.ts';
import { mendableLines, mendingPlan } from '../../src/poetry/mend.ts';
import type { PoemRequest } from '../../src/poetry/request.ts';

const planOf = (request: Partial<PoemRequest> = {}) =>
  compilePlan({
    kind: 'poem',
    opening: '白',
    form: 'wujue',
    title: '',
    meter: 'strict',
    rhyme: 'auto',
    ...request,
  });

/** 王之渙《登鸛雀樓》, which rhymes in 尤. */
const TOWER = [...'白日依山盡，黃河入海流。欲窮千里目，更上一層樓。'];
const shape = (slots: readonly { readonly kind: string; readonly text?: string }[]) =>
  slots.map((slot) => slot.text ?? '_').join('');

describe('a plan to mend a line', () => {
  test('keeps the other lines and what the request gave in this one', () => {
    const plan = mendingPlan(planOf(), TOWER, 0, '登樓');
    expect(shape(plan.slots)).toBe('白____，黃河入海流。欲窮千里目，更上一層樓。');
    expect(plan.title).toBe('登樓');
    expect(plan.slots[6]).toEqual({ kind: 'given', text: '黃', written: true });
    expect(shape(mendingPlan(planOf(), TOWER, 3, '').slots)).toBe(
      '白日依山盡，黃河入海流。欲窮千里目，_____。',
    );
  });

  test('asks for the rhyme of the lines after it, and for the pattern of all others', () => {
    const plan = mendingPlan(planOf(), TOWER, 1, '');
    expect(plan.rhymes).toEqual(['尤']);
    expect(plan.patterns.map(({ name }) => name)).toEqual(['五絕仄起首句不入韻']);
    const cursor = new PlanCursor(plan);
    for (const char of TOWER.slice(0, 6)) cursor.take(char);
    for (const char of '江流入海') cursor.take(char);
    expect(cursor.constraint()).toMatchObject({ rhymes: ['尤'] });
    // What stands elsewhere in the poem is not repeated.
    for (const char of '白樓里') expect(cursor.constraint()?.used.has(char)).toBe(true);
    // The line that goes leaves its characters free.
    expect(
      mendingPlan(planOf(), TOWER, 1, '').slots.some((slot) => 'text' in slot && slot.text === '黃'),
    ).toBe(false);
  });

  test('may rhyme the first line or not, as tradition does', () => {
    const plan = mendingPlan(planOf({ opening: '', title: '樓' }), TOWER, 0, '樓');
    expect(plan.rhymes).toEqual(['尤']);
    expect(plan.patterns.map(({ rhymed }) => rhymed.includes(0)).sort()).toEqual([false, true]);
  });

  test('has no tones and no rhyme if the request asked for none', () => {
    const plan = mendingPlan(planOf({ meter: 'none' }), TOWER, 1, '');
    expect(plan.patterns).toEqual([]);
    expect(plan.rhymes).toEqual([]);
  });
});

test('a line that is wholly the user’s is not mended', () => {
  expect(mendableLines(planOf())).toEqual([0, 1, 2, 3]);
  expect(mendableLines(planOf({ opening: '白日依山盡黃' }))).toEqual([1, 2, 3]);
});
