import { describe, expect, test } from 'vitest';
import { countRepetition } from '../../src/poetry/repetition.ts';

const count = (...lines: string[]) => countRepetition(lines.map((line) => [...line]));

describe('repetition', () => {
  test('is nothing in a poem that repeats nothing', () => {
    expect(count('春江花月夜', '何處無人見')).toEqual({ characters: 0, pairs: 0 });
    expect(count()).toEqual({ characters: 0, pairs: 0 });
  });

  test('does not count a doubled character, but one that comes back later', () => {
    expect(count('悠悠天地')).toEqual({ characters: 0, pairs: 0 });
    expect(count('悠悠天悠')).toEqual({ characters: 1, pairs: 0 });
    // The end of a line and the beginning of the next are no doubling.
    expect(count('天悠', '悠地')).toEqual({ characters: 1, pairs: 0 });
  });

  test('counts pairs within lines only', () => {
    expect(count('江水月', '江水花')).toEqual({ characters: 2, pairs: 1 });
    expect(count('山江', '水月江', '水花')).toEqual({ characters: 2, pairs: 0 });
    expect(count('月月月')).toEqual({ characters: 0, pairs: 1 });
  });
});
