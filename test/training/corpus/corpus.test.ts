import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CorpusError,
  type CorpusPoem,
  readCorpus,
  sha256,
  writeCorpus,
} from '../../../src/training/corpus/corpus.ts';

const POEMS: CorpusPoem[] = [
  {
    split: 'train',
    form: 'wujue',
    title: '春曉',
    author: '孟浩然',
    text: '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。',
  },
  { split: 'test', form: 'wuyan', title: '對', author: '', text: '明月松間照，清泉石上流。' },
];

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-corpus-'));
  path = join(folder, 'deep', 'corpus.jsonl');
});
afterAll(() => rm(folder, { recursive: true }));

describe('the corpus file', () => {
  it('comes back as it was written, known by the hash of its bytes', async () => {
    const hash = await writeCorpus(POEMS, 'poems.txt', path);
    expect(await readCorpus(path)).toEqual({ hash, source: 'poems.txt', poems: POEMS });
    expect(hash).toBe(sha256(await readFile(path)));
    expect(await readdir(join(folder, 'deep'))).toEqual(['corpus.jsonl']);
  });

  it('has the same bytes when it is written again', async () => {
    await writeCorpus(POEMS, 'poems.txt', path);
    const before = await readFile(path);
    await writeCorpus(POEMS, 'poems.txt', path);
    expect(await readFile(path)).toEqual(before);
  });

  it('says how to build it when it is not there', async () => {
    const reading = readCorpus(join(folder, 'none.jsonl'));
    await expect(reading).rejects.toBeInstanceOf(CorpusError);
    await expect(reading).rejects.toThrow(/none\.jsonl: there is no corpus; run `npm run corpus` first/);
  });

  it.each([
    ['a file cut short', (content: string) => content.slice(0, -20), 'checksum'],
    ['a character changed', (content: string) => content.replace('春眠', '秋眠'), 'checksum'],
    ['another kind of file', () => '{"poems":[]}\n', 'not a corpus file'],
    ['no text at all', () => '', 'not a corpus file'],
    ['a later format', (content: string) => content.replace('"version":1', '"version":9'), 'format 9'],
    [
      'a line that is no poem',
      () => {
        const body = '{"split":"train","form":"haiku","title":"","author":"","text":""}\n';
        return `${JSON.stringify({ format: 'shiren-corpus', version: 1, sha256: sha256(body) })}\n${body}`;
      },
      'line 2 is not a poem',
    ],
  ])('refuses %s', async (_, damage, message) => {
    await writeCorpus(POEMS, 'poems.txt', path);
    await writeFile(path, damage(await readFile(path, 'utf8')));
    const reading = readCorpus(path);
    await expect(reading).rejects.toBeInstanceOf(CorpusError);
    await expect(reading).rejects.toThrow(message);
  });
});
