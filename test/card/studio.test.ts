import { afterEach, describe, expect, it } from 'vitest';
import { CARD_LAYOUTS, CARD_PAPERS, type Card } from '../../src/card/card.ts';
import { CardStudio, type StudioOptions } from '../../src/card/studio.ts';

const THREAD = new URL('../../dist/src/card/card-thread.js', import.meta.url);
const FAULTY = new URL('./fixtures/faulty-thread.mjs', import.meta.url);

const studios: CardStudio[] = [];
function open(options: StudioOptions): CardStudio {
  const studio = new CardStudio(options);
  studios.push(studio);
  return studio;
}
afterEach(() => Promise.all(studios.splice(0).map((studio) => studio.close())));

const card = (title: string, more: Partial<Card> = {}): Card => ({
  layout: 'vertical',
  paper: 'light',
  title,
  lines: ['白日依山盡，', '黃河入海流。', '欲窮千里目，', '更上一層樓。'],
  heads: false,
  seal: '詩人',
  ...more,
});

/** Width and height of a PNG, from its header. */
function sizeOf(png: Uint8Array): readonly [number, number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

describe('the studio', () => {
  it('paints every layout on every paper to a PNG of less than 300 kB', async () => {
    const studio = open({ url: THREAD });
    const line = '鬱鬱蔥蔥靈鷲巖，';
    for (const layout of CARD_LAYOUTS) {
      for (const paper of CARD_PAPERS) {
        for (const count of [4, 8, 16]) {
          const lines = Array.from({ length: count }, () => line);
          const png = await studio.paint(card('登鸛雀樓', { layout, paper, lines, heads: count === 16 }));
          expect(Buffer.from(png).subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
          expect(png.length, `${layout} ${paper} ${count}`).toBeLessThan(300_000);
          const [width, height] = sizeOf(png);
          expect(Math.min(width, height)).toBeGreaterThan(400);
          expect(Math.max(width, height)).toBeLessThan(2_000);
        }
      }
    }
  });

  it('paints the same card the same, and other characters differently', async () => {
    const studio = open({ url: THREAD });
    const [first, again, other] = await Promise.all(
      ['月', '月', '龘'].map((title) => studio.paint(card(title))),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('says that a card failed, and goes on', async () => {
    const studio = open({ url: FAULTY });
    await expect(studio.paint(card('误'))).rejects.toMatchObject({ code: 'card-failed', message: 'no ink' });
    expect(await studio.paint(card('好'))).toEqual(new Uint8Array([1]));
  });

  it('starts another thread after one that ended or was silent', async () => {
    const studio = open({ url: FAULTY, patienceMs: 200 });
    await expect(studio.paint(card('死'))).rejects.toMatchObject({ code: 'card-failed' });
    await expect(studio.paint(card('静'))).rejects.toThrow('nothing was painted for 200 ms');
  });

  it('refuses a card if too many wait', async () => {
    const studio = open({ url: FAULTY, limit: 1 });
    const first = studio.paint(card('好'));
    await expect(studio.paint(card('好'))).rejects.toMatchObject({ code: 'card-busy' });
    await first;
    expect(await studio.paint(card('好'))).toHaveLength(1);
  });
});
