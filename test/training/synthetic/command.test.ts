import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CORPUS_PATH,
  type CorpusPoem,
  readCorpus,
  writeCorpus,
} from '../../../src/training/corpus/corpus.ts';

const PROGRAM = resolve('dist/src/training/commands/synthetic.js');
const poem = (over: Partial<CorpusPoem>): CorpusPoem => ({
  split: 'train',
  form: 'wujue',
  title: '關山月',
  author: '',
  text: '明月出天山，蒼茫雲海間。長風幾萬里，吹度玉門關。',
  ...over,
});
const held = '白日依山盡，黃河入海流。欲窮千里目，更上一層樓。';
const fresh = '夜坐無人語，燈花落硯池。窗前一枝竹，雪重不曾知。';
const copy = '夜坐無人語，燈花落硯中。黃河入海流，更聽一簷風。';

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shiren-synthetic-'));
  await writeCorpus([poem({}), poem({ split: 'test', text: held })], 'test', join(folder, CORPUS_PATH));
  const request = { form: 'wujue', title: '夜坐', opening: '', heads: '' };
  const key = { format: 'shiren-writing-key', version: 1, requests: [request, request] };
  writeFileSync(join(folder, 'key-1.json'), JSON.stringify(key));
  writeFileSync(join(folder, 'key-2.json'), JSON.stringify(key));
});
afterEach(() => rmSync(folder, { recursive: true }));

function synthetic(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { status, stdout, stderr };
}

describe('npm run synthetic', () => {
  it('makes a corpus of what writers wrote, without lines that the corpus holds out', async () => {
    writeFileSync(join(folder, 'poems-1.txt'), `1 ${fresh}\n2 ${copy}\n`);
    expect(synthetic('--collect', folder, '--out', join(folder, 'synthetic.jsonl'))).toMatchObject({
      status: 0,
    });
    const { poems, source } = await readCorpus(join(folder, 'synthetic.jsonl'));
    expect(source).toBe('language model');
    expect(poems).toEqual([poem({ title: '夜坐', author: 'language model', text: fresh })]);
  });

  it('says which requests have no poem in their form', () => {
    writeFileSync(join(folder, 'poems-2.txt'), `1 ${fresh}\n2 白日依山\n`);
    const { status, stderr } = synthetic('--collect', folder, '--out', join(folder, 'synthetic.jsonl'));
    expect(status).toBe(0);
    expect(stderr).toContain('poems-2.txt: no poem in its form for 2');
  });

  it('refuses a folder without poems or keys, and unknown words', () => {
    expect(synthetic('--collect', folder).stderr).toContain('nothing was written');
    expect(synthetic('--collect', join(folder, 'data')).stderr).toContain('has no keys of writing sheets');
    expect(synthetic('--write', folder, 'more').stderr).toContain('without --collect');
    expect(synthetic().status).toBe(1);
  });
});
