import { describe, expect, it } from 'vitest';
import { drawPicture, loadVega, PictureError } from '../../src/training/picture.ts';

describe('a picture', () => {
  it('is an SVG document on white', async () => {
    const svg = await drawPicture({
      data: { values: [{ x: 1, y: 2 }] },
      mark: 'point',
      encoding: { x: { field: 'x', type: 'quantitative' } },
    });
    expect(svg).toMatch(/^<svg[\s\S]*fill="white"[\s\S]*<\/svg>$/);
  });

  it('says in one sentence which packages it lacks', async () => {
    const missing = Object.assign(new Error("Cannot find package 'vega'"), { code: 'ERR_MODULE_NOT_FOUND' });
    const failure = loadVega(() => Promise.reject(missing));
    await expect(failure).rejects.toThrow(PictureError);
    await expect(failure).rejects.toThrow(/^no pictures are drawn, because vega and vega-lite .*$/);
  });

  it('does not hide other faults of the packages', async () => {
    await expect(loadVega(() => Promise.reject(new SyntaxError('broken')))).rejects.toThrow(SyntaxError);
  });
});
