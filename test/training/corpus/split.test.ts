import { describe, expect, it } from 'vitest';
import { splitByHash } from '../../../src/training/corpus/split.ts';

const keys = (count: number, prefix = '') => Array.from({ length: count }, (_, i) => `${prefix}詩${i}`);

describe('splitting by hash', () => {
  it('holds out about 2 percent each for validation and test', () => {
    const splits = splitByHash(keys(20_000));
    const share = (split: string) => splits.filter((other) => other === split).length / splits.length;
    expect(share('test')).toBeCloseTo(0.02, 2);
    expect(share('validation')).toBeCloseTo(0.02, 2);
  });

  it('lets each text decide for itself: others come and go without moving it', () => {
    const few = keys(2000);
    const many = [...keys(500, '又'), ...few];
    expect(splitByHash(many).slice(500)).toEqual(splitByHash(few));
  });

  it('leaves neither side of a small corpus empty, from ten poems on', () => {
    for (const count of [10, 11, 17, 40]) {
      const splits = splitByHash(keys(count));
      expect(new Set(splits)).toEqual(new Set(['train', 'validation', 'test']));
      expect(splits.filter((split) => split === 'train').length).toBeGreaterThan(count / 2);
      expect(splitByHash(keys(count))).toEqual(splits);
    }
  });

  it('takes nothing at all, too', () => {
    expect(splitByHash([])).toEqual([]);
  });
});
