import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/poetry/compile.ts';
import { reportOn } from '../../src/poetry/report.ts';
import { restoreTraditional } from '../../src/poetry/restore.ts';
import { toSimplified } from '../../src/poetry/script.ts';
import { REGULATED } from './poems.ts';

const planOf = (opening: string, form: (typeof REGULATED)[number]['form']) =>
  compilePlan({ kind: 'poem', opening, form, title: '', meter: 'strict', rhyme: 'auto' });

describe('restoreTraditional', () => {
  it.each(REGULATED)(
    'gives 《$title》 characters that look the same and keep its pattern',
    ({ text, form }) => {
      const plan = planOf(text.slice(0, 1), form);
      const shown = toSimplified(text);
      const characters = restoreTraditional([...shown], plan);
      expect(toSimplified(characters.join(''))).toBe(shown);
      expect(reportOn({ characters, plan })).toMatchObject({ deviations: [], kept: { given: true } });
    },
  );

  it('restores words that simplified script merges', () => {
    const text =
      '空山新雨後，天氣晚來秋。明月松間照，清泉石上流。竹喧歸浣女，蓮動下漁舟。隨意春芳歇，王孫自可留。';
    expect(restoreTraditional([...toSimplified(text)], planOf('空', 'wulv')).join('')).toBe(text);
  });

  it.each(REGULATED)('keeps 《$title》 in traditional script', ({ text, form }) => {
    expect(restoreTraditional([...text], planOf(text.slice(0, 1), form)).join('')).toBe(text);
  });

  it('has the plan’s own characters in given slots', () => {
    const plan = planOf('後', 'wujue');
    expect(restoreTraditional([...'后日依山尽，黄河入海流。欲穷千里目，更上一层楼。'], plan)[0]).toBe('後');
  });
});
