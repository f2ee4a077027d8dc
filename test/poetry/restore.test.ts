import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/poetry/compile.ts';
import { reportOn } from '../../src/poetry/report.ts';
import { restoreTraditional, restoreVerse } from '../../src/poetry/restore.ts';
import { toSimplified } from '../../src/poetry/script.ts';
import { REGULATED } from './poems.ts';
import { VERDICTS } from './verdicts.ts';

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

describe('restoreVerse', () => {
  it.each([...REGULATED, ...VERDICTS])('gives 《$title》 the words that it has', ({ text }) => {
    // The spelling of a word may differ.
    const spellings = ['閒閑', '烟煙', '絃弦', '箇個', '迴回', '卻却', '遶繞'];
    const fold = (verse: string) =>
      spellings.reduce((folded, [one = '', other = '']) => folded.replaceAll(one, other), verse);
    expect(fold(restoreVerse(toSimplified(text)))).toBe(fold(text));
  });

  it('chooses the form that rhymes and keeps the tone', () => {
    expect(restoreVerse('何时倚虚幌，双照泪痕干。')).toBe('何時倚虛幌，雙照淚痕乾。');
    expect(restoreVerse('今夜鄜州月，闺中只独看。遥怜小儿女，未解忆长安。')).toContain('閨中只獨看');
  });

  it('takes a form that the neighbours speak against, if the poem keeps its pattern with it', () => {
    const text =
      '村橋西路雪初晴，雲暖沙乾馬足輕。寒澗渡頭芳草色，新梅嶺外鷓鴣聲。郵亭已送輕車發，山館誰將候火迎。落日千峰轉迢遰，知君回首望高城。';
    expect(restoreVerse(toSimplified(text))).toContain('雲暖沙乾馬足輕');
  });

  it('takes the form of a phrase of verse where no pattern helps', () => {
    expect(restoreVerse('大哉霜雪干，岁久为枯林。')).toContain('霜雪幹');
    expect(restoreVerse('宿雨洗秦树，旧花如新开。池边草未干，日照人马来。')).toContain('草未乾');
  });

  it('converts a text without a pattern by its neighbours, and keeps its marks', () => {
    expect(restoreVerse('《云》：白云、出岫；')).toBe('《雲》：白雲、出岫；');
    expect(restoreVerse('')).toBe('');
  });
});
