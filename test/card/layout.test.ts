import { describe, expect, it } from 'vitest';
import { CARD_LAYOUTS, type Card } from '../../src/card/card.ts';
import { type Layout, layOut } from '../../src/card/layout.ts';

const card = (lines: number, length: number, more: Partial<Card> = {}): Card => ({
  layout: 'vertical',
  paper: 'light',
  title: '山中',
  lines: Array.from({ length: lines }, (_, line) => '一二三四五六七'.slice(0, length) + '，。'[line % 2]),
  heads: false,
  seal: '诗人',
  ...more,
});

const verses = ({ glyphs }: Layout) => glyphs.filter(({ ink }) => ink === 'verse' || ink === 'head');

describe('a card in columns', () => {
  it('is read from right to left, from the title to the seal', () => {
    const layout = layOut(card(4, 7));
    const columns = [...new Set(verses(layout).map(({ x }) => x))];
    expect(columns).toHaveLength(4);
    expect(columns).toEqual([...columns].sort((a, b) => b - a));
    const title = layout.glyphs.find(({ ink }) => ink === 'title');
    expect(title?.x).toBeGreaterThan(columns[0] ?? 0);
    expect(layout.seal.x + layout.seal.width).toBeLessThan(columns[3] ?? 0);
    const first = verses(layout).slice(0, 7);
    expect(first.map(({ character }) => character).join('')).toBe('一二三四五六七');
    expect(first.map(({ y }) => y)).toEqual(first.map(({ y }) => y).sort((a, b) => a - b));
  });

  it('has no marks', () => {
    expect(
      layOut(card(8, 5))
        .glyphs.map(({ character }) => character)
        .join(''),
    ).not.toMatch(/[，。]/u);
  });
});

describe('a card in rows', () => {
  it('holds the marks within a line, and lets the last one hang', () => {
    const lines = ['海，上，生，明，月，', '山，西，北，大，天。'];
    const { glyphs, width } = layOut(card(2, 5, { layout: 'horizontal', lines }));
    const last = glyphs.filter(({ character }) => character === '月' || character === '天');
    expect(last).toHaveLength(2);
    for (const { x, size } of last) expect(x + size / 2).toBeLessThan(width - size);
  });

  it('is read from left to right and from the top, with marks', () => {
    const layout = layOut(card(4, 5, { layout: 'horizontal' }));
    const rows = [...new Set(verses(layout).map(({ y }) => y))];
    expect(rows).toHaveLength(4);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    const first = verses(layout).slice(0, 5);
    expect(first.map(({ x }) => x)).toEqual(first.map(({ x }) => x).sort((a, b) => a - b));
    expect(layout.glyphs.filter(({ ink }) => ink === 'mark')).toHaveLength(4);
  });
});

describe.each(CARD_LAYOUTS)('every card, %s', (layout) => {
  const shapes = [4, 8, 16, 2, 3].flatMap((lines) => [5, 7].map((length) => [lines, length] as const));

  it.each(shapes)('of %i lines of %i characters keeps everything inside of its frame', (lines, length) => {
    for (const title of ['', '月', '宣州謝朓樓餞別校書叔雲有感作歌']) {
      const { glyphs, seal, frame } = layOut(card(lines, length, { layout, title }));
      const inside = (x: number, y: number) =>
        x > frame.x && x < frame.x + frame.width && y > frame.y && y < frame.y + frame.height;
      for (const { x, y, size } of glyphs) {
        expect(inside(x - size / 2, y - size / 2) && inside(x + size / 2, y + size / 2)).toBe(true);
      }
      expect(inside(seal.x, seal.y) && inside(seal.x + seal.width, seal.y + seal.height)).toBe(true);
      const onSeal = glyphs.filter(
        ({ x, y }) => x > seal.x && x < seal.x + seal.width && y > seal.y && y < seal.y + seal.height,
      );
      expect(onSeal).toEqual([]);
    }
  });

  it('has the heads of an acrostic in another ink', () => {
    const { glyphs } = layOut(card(16, 7, { layout, heads: true }));
    const heads = glyphs.filter(({ ink }) => ink === 'head');
    expect(heads.map(({ character }) => character).join('')).toBe('一'.repeat(16));
  });
});
