import { describe, expect, test } from 'vitest';
import { readFirstLine } from '../../src/poetry/couplet.ts';
import { PlanCursor } from '../../src/poetry/cursor.ts';
import { TONE } from '../../src/poetry/prosody.ts';
import { Refusal } from '../../src/poetry/request.ts';
import { admits } from '../../src/poetry/slot-constraint.ts';

const refusal = (text: string) => {
  try {
    readFirstLine(text);
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, ...error.values };
    throw error;
  }
  return null;
};

/** The second line as `_` for what the model writes, and the place from which a character is repeated. */
const second = (text: string) => {
  const { plan } = readFirstLine(text);
  return plan.slots
    .slice(plan.length + 1)
    .map((slot) =>
      slot.kind === 'given' ? slot.text : slot.kind === 'same' ? slot.as - plan.length - 1 : '_',
    )
    .join('');
};

const shape = (text: string) => readFirstLine(text).plan.patterns[0]?.lines[1]?.split('|');

/** A cursor before the second line. */
function cursorFor(text: string): PlanCursor {
  const { plan } = readFirstLine(text);
  const cursor = new PlanCursor(plan);
  for (const slot of plan.slots.slice(0, plan.length + 1)) if (slot.kind === 'given') cursor.take(slot.text);
  return cursor;
}

describe('the second line of a couplet', () => {
  test('has as many characters, and each names the one opposite it', () => {
    const { plan } = readFirstLine('海上生明月');
    expect(plan).toMatchObject({ form: 'wulv', lines: 2, length: 5 });
    expect(second('海上生明月')).toBe('_____。');
    expect(plan.slots.slice(6, 11).map((slot) => (slot.kind === 'free' ? slot.opposite : ''))).toEqual([
      ...'海上生明月',
    ]);
    expect(readFirstLine('两个黄鹂鸣翠柳').plan.form).toBe('qilv');
    expect(readFirstLine('落霞与孤鹜齐飞了').plan).toMatchObject({ form: 'mixed', length: 8 });
  });

  test('has the opposite tones where they count, ends level, and keeps strict meter if the first line lets it', () => {
    // 仄仄平平仄 is answered by 平平仄仄平.
    expect(shape('海上生明月')).toEqual(['ppxzp', 'zppzp']);
    // 平平平仄仄 is answered by 仄仄仄平平, without three level tones at the end.
    expect(shape('浮雲遊子意')).toEqual(['xzzpp']);
    // Both even places are level here: no regular line has the opposite of that.
    expect(shape('風來山花落')).toEqual(['xzxzp']);
    // A line that ends level is answered by one that ends level too.
    expect(shape('寒雨連江夜入吳')?.every((each) => each.at(-1) === 'p')).toBe(true);
    // Short lines only ask for the opposite tone: 地 may answer 天.
    expect(shape('天')).toEqual(['z']);
  });

  test('shares no character with the first line', () => {
    const cursor = cursorFor('海上生明月');
    cursor.take('天');
    const constraint = cursor.constraint();
    expect(constraint && admits(constraint, '涯')).toBe(true);
    for (const char of '海天')
      expect(constraint && admits({ ...constraint, tones: TONE.either }, char)).toBe(false);
  });

  test('repeats where the first line repeats, and nowhere else', () => {
    expect(second('悠悠岁月长')).toBe('_0___。');
    expect(second('山外青山楼外楼')).toBe('___0_14。');
    const cursor = cursorFor('悠悠岁月长');
    cursor.take('冉');
    expect(cursor.slot).toEqual({ kind: 'same', as: 6 });
    cursor.take('冉');
    const constraint = cursor.constraint();
    expect(constraint && admits({ ...constraint, tones: TONE.either }, '冉')).toBe(false);
    // 寂寂 would double where 歲月 does not.
    cursor.take('寂');
    expect(cursor.constraint()?.used.has('寂')).toBe(true);
    expect(cursor.deviations).toEqual([]);
  });

  test('keeps the marks within the first line, and the tones of its parts', () => {
    expect(readFirstLine('风声雨声读书声、声声入耳。').typed).toBe('风声雨声读书声，声声入耳');
    expect(second('风声雨声读书声，声声入耳')).toBe('___1__1，11__。');
    expect(readFirstLine(' 明月 松间照, ').typed).toBe('明月松间照');
    expect(shape('绿水本无忧，因风皱面')?.[0]?.[5]).toBe('x');
  });
});

describe('a first line', () => {
  test('that is unusual is said to be so, and answered', () => {
    const faults = (text: string) => readFirstLine(text).faults;
    expect(faults('海上生明月')).toEqual([]);
    expect(faults('三尺劍')).toEqual([{ kind: 'short', last: '劍' }]);
    expect(faults('天')).toEqual([{ kind: 'short', last: '天' }]);
    expect(faults('寒雨连江夜入吴')).toEqual([{ kind: 'level', last: '吴' }]);
    // 看 is read in both tones.
    expect(faults('疑是銀河倒挂看')).toEqual([]);
  });

  test('of simplified script is read as verse has it, and shown as it was typed', () => {
    const { plan } = readFirstLine('白发三千丈');
    expect(plan.slots.slice(0, 5).map((slot) => (slot.kind === 'given' ? slot.text : ''))).toEqual([
      ...'白髮三千丈',
    ]);
  });

  test('is refused if it is empty, too long, or not of hanzi', () => {
    expect(refusal('')).toEqual({ code: 'couplet-empty' });
    expect(refusal('，。')).toEqual({ code: 'couplet-empty' });
    expect(refusal('一二三四五六七八九十百千')).toEqual({ code: 'couplet-too-long', count: 12, limit: 11 });
    expect(refusal('海上a明月')).toEqual({ code: 'not-hanzi', character: 'a' });
    expect(refusal('海上🌙明月')).toEqual({ code: 'not-hanzi', character: '🌙' });
  });
});
