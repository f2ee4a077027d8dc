import { describe, expect, it } from 'vitest';
import { wornPhrases } from '../../../src/training/critic/worn-phrases.ts';

const times = (count: number, text: string) => Array.from({ length: count }, () => text);

describe('worn phrases', () => {
  it('are those that the model writes much more often than people', () => {
    const models = [...times(20, '不知何處去，'), ...times(80, '白日依山盡，')];
    const peoples = [...times(80, '白日依山盡，'), ...times(20, '黃河入海流。')];
    const worn = wornPhrases(models, peoples);
    expect(worn).toContain('不知何處');
    expect(worn).not.toContain('白日依山');
    expect(worn.every((phrase) => phrase.length >= 3 && phrase.length <= 4)).toBe(true);
  });

  it('are compared by their share of the poems, and a few poems prove nothing', () => {
    expect(wornPhrases(times(20, '白日依山盡，'), times(10, '白日依山盡，'))).toEqual([]);
    expect(wornPhrases([...times(5, '不知何處去，'), ...times(95, '白日依')], times(100, '白日依'))).toEqual(
      [],
    );
  });

  it('do not go past the end of a line, and count once a poem', () => {
    const worn = wornPhrases(times(11, '知何處，知何處，知何處。'), ['白日依']);
    expect(worn).toEqual([]);
    expect(wornPhrases(times(12, '何處，是何。'), [])).toEqual([]);
  });
});
