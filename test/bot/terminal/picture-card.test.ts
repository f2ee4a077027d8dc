import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CardError } from '../../../src/card/studio.ts';
import { FakeStudio } from '../fake-studio.ts';
import { session } from './session.ts';

describe('a picture card', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shiren-card-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is written to the file that is named, and the answer says where', async () => {
    const studio = new FakeStudio();
    const file = join(folder, 'card.png');
    const shown = await session(
      `/poem 月 seed:1 card:${file} layout:横排 paper:dark\n`,
      'en-US',
      undefined,
      studio,
    );
    expect(shown).toMatch(/^月.{6}，.{7}。\n.{7}，.{7}。\nCard: [^\n]*card\.png\n\n$/u);
    expect([...(await readFile(file))]).toEqual([...studio.png]);
    expect(studio.cards).toMatchObject([
      { layout: 'horizontal', paper: 'dark', title: '七绝·月', heads: false, seal: '诗人' },
    ]);
  });

  it('has the title, the script and the heads of its poem', async () => {
    const studio = new FakeStudio();
    const file = join(folder, 'heads.png');
    await session(`/acrostic 山高水長 script:traditional card:${file}\n`, 'en-US', undefined, studio);
    await session(`/poem 月 title:中秋夜 card:${file}\n`, 'en-US', undefined, studio);
    expect(studio.cards).toMatchObject([
      { title: '藏頭詩', heads: true, seal: '詩人', layout: 'vertical', paper: 'light' },
      { title: '中秋夜', heads: false, seal: '诗人' },
    ]);
  });

  it('that cannot be painted or written is no reason to lose the poem', async () => {
    const studio = new FakeStudio();
    studio.fault = new CardError('card-failed', 'no canvas');
    const failed = await session(
      `/poem 月 seed:1 card:${join(folder, 'x.png')}\n`,
      'en-US',
      undefined,
      studio,
    );
    expect(failed).toMatch(/^月.{6}，.{7}。\n.{7}，.{7}。\n! The picture could not be painted[^\n]*\n\n$/u);
    const nowhere = await session(`/poem 月 card:${join(folder, 'no', 'x.png')}\n`);
    expect(nowhere).toMatch(/^月.*\n.*\n! The card could not be written to [^\n]*x\.png: ENOENT\.\n\n$/u);
  });

  it('goes to no file that does not end in .png', async () => {
    for (const name of ['card.txt', '.png', 'folder/.png']) {
      expect(await session(`/poem 月 card:${name}\n`), name).toMatch(/^! .*\.png\.\n$/u);
    }
  });
});
