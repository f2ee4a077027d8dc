import { describe, expect, it } from 'vitest';
import { overusedPhrases } from '../../../src/training/reward/overused-phrases.ts';
import type { RatedPoem } from '../../../src/training/reward/ratings.ts';

const poem = (request: string, texts: readonly string[]): RatedPoem => ({
  sheet: '1',
  request,
  form: 'wujue',
  title: '',
  opening: '',
  heads: '',
  overall: 3,
  lines: texts.map((text) => ({ text, rating: 3, nll: null })),
});
const people = ['明月出天山，蒼茫雲海間。長風幾萬里，吹度玉門關。'];

describe('overused phrases', () => {
  it('stand in the answers to many requests, and much more often than with people', () => {
    const poems = Array.from({ length: 10 }, (_, n) => poem(`${n}`, ['鷓鴣飛過處', '蒼茫雲海間']));
    const peoples = [...people, ...Array.from({ length: 9 }, () => '蒼茫雲海間，蒼茫雲海間。')];
    const overused = overusedPhrases(poems, peoples);
    expect(overused).toContain('鷓鴣飛過');
    expect(overused).not.toContain('蒼茫雲');
  });

  it('stand in the same share of the answers if there are more requests', () => {
    const poems = (count: number) =>
      Array.from({ length: count }, (_, n) => poem(`${n}`, [n < 10 ? '鷓鴣飛過處' : '蒼茫雲海間']));
    const peoples = Array.from({ length: 1000 }, () => '蒼茫雲海間，');
    expect(overusedPhrases(poems(100), peoples)).toContain('鷓鴣飛過');
    expect(overusedPhrases(poems(1000), peoples)).not.toContain('鷓鴣飛過');
  });

  it('are not those of one request, whose answers share lines', () => {
    const poems = Array.from({ length: 30 }, () => poem('1', ['鷓鴣飛過處']));
    expect(overusedPhrases(poems, people).size).toBe(0);
  });
});
