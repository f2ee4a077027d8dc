import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random.ts';
import { verseLines } from '../../../src/poetry/verse-lines.ts';
import type { RatingRequest } from '../../../src/training/reward/rating-requests.ts';
import { layOutRatingSheet, ratedRows, ratingsFile } from '../../../src/training/reward/rating-sheet.ts';
import { parseRatings } from '../../../src/training/reward/ratings.ts';
import { writeRatingPoems } from '../../../src/training/reward/write-rating-poems.ts';
import { tinyModel } from '../../model/tiny-model.ts';

const common = { meter: 'none', rhyme: 'auto' } as const;
const REQUESTS: readonly RatingRequest[] = [
  { form: 'qijue', request: { kind: 'poem', opening: '月', title: '', form: 'qijue', ...common } },
  { form: 'wujue', request: { kind: 'acrostic', heads: '山水花月', length: 5, title: '', ...common } },
  { form: 'wujue', request: { kind: 'poem', opening: '', title: '秋夜', form: 'wujue', ...common } },
];

async function write(seed: number) {
  const { decoder } = await tinyModel('lstm', { prompts: { writesTitles: true, announced: true } });
  return writeRatingPoems(decoder, REQUESTS, { seed, random: new Random(seed) });
}

describe('poems to rate', () => {
  it('are several different answers to each request, with what was asked for and how likely each line is', async () => {
    const poems = await write(7);
    expect([...new Set(poems.map(({ request }) => request))]).toEqual(['7-1', '7-2', '7-3']);
    for (const id of ['7-1', '7-2', '7-3']) {
      const answers = poems.filter(({ request }) => request === id);
      expect(answers.length).toBeGreaterThan(3);
      expect(answers.length).toBeLessThanOrEqual(6);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(answers.length);
    }
    for (const { request, text, opening, heads, title, nlls } of poems) {
      expect(nlls).toHaveLength(4);
      expect(nlls.every((nll) => nll > 0)).toBe(true);
      expect(text.startsWith(opening)).toBe(true);
      expect(opening).toBe(request === '7-1' ? '月' : '');
      expect(heads).toBe(request === '7-2' ? '山水花月' : '');
      if (heads) expect(verseLines(text).map((line) => line[0])).toEqual([...heads]);
      if (request === '7-3') expect(title).toBe('秋夜');
    }
  });

  it('are the same for a seed, and can be laid out, rated and read', async () => {
    const poems = await write(7);
    expect(await write(7)).toEqual(poems);
    expect(layOutRatingSheet(poems).match(/^## /gmu)).toHaveLength(3);
    const scores = poems.map((_, i) => `${i + 1} 3 3333`).join('\n');
    const rows = ratedRows(poems, scores, { name: '7-1', file: 'scores-1.txt' });
    expect(parseRatings(ratingsFile(rows), 'a file').map(({ request }) => request)).toEqual(
      poems.map(({ request }) => request),
    );
  });
});
