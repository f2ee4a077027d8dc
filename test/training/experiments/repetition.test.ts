import { describe, expect, it } from 'vitest';
import { repetitionOf } from '../../../src/training/experiments/repetition.ts';

describe('repetition', () => {
  it('is nothing where nothing comes back', () => {
    expect(repetitionOf(['春江花月夜，何處無人見。', '白日依山盡，黃河入海流。'])).toEqual({
      texts: 2,
      characters: 0,
      pairs: 0,
      loops: 0,
      distinct1: 1,
      distinct2: 1,
      sharedEndings: 0,
    });
  });

  it('does not count doublings as characters that come back, but others', () => {
    expect(repetitionOf(['悠悠江水，']).characters).toBe(0);
    expect(repetitionOf(['江水江水，']).characters).toBe(0.5);
    expect(repetitionOf(['江水，江風，山月。', '山月。']).characters).toBeCloseTo((1 / 6 + 0) / 2, 12);
  });

  it('sees pairs within lines only', () => {
    expect(repetitionOf(['江水月，江水花。']).pairs).toBe(1);
    expect(repetitionOf(['山江，水月江，水花。']).pairs).toBe(0);
  });

  it('calls four hanzi on end a loop, across marks, and three not', () => {
    expect(repetitionOf(['一片江風，一片江雲。']).loops).toBe(0);
    expect(repetitionOf(['一片江風，一片江風。', '春江花月，']).loops).toBe(0.5);
    expect(repetitionOf(['人見江，風雨人，見江風。']).loops).toBe(1);
  });

  it('counts different n-grams over all texts', () => {
    const { distinct1, distinct2 } = repetitionOf(['江水花，', '江水月，']);
    expect(distinct1).toBeCloseTo(4 / 6, 12);
    expect(distinct2).toBeCloseTo(3 / 4, 12);
  });

  it('looks at no more than a quatrain for distinctness, since longer texts have less that is new to say', () => {
    const hanzi = Array.from({ length: 28 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    expect(repetitionOf([`${hanzi}。`]).distinct1).toBe(1);
    expect(repetitionOf([`${hanzi}，${hanzi}。`]).distinct1).toBe(1);
    expect(repetitionOf([`${hanzi}，${hanzi}。`]).characters).toBe(0.5);
  });

  it('finds closing lines that several texts share', () => {
    expect(
      repetitionOf(['江風，一片雲。', '山月，一片雲。', '山月，一枝花。', '山月，一枝春。']).sharedEndings,
    ).toBe(0.5);
  });

  it('needs texts', () => {
    expect(() => repetitionOf([])).toThrow(RangeError);
  });
});
