/** The checkpoint that ships, as a user meets it: whole, small enough, good enough, and able to write. */

import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Decoder } from '../../src/decoding/decoder.ts';
import { LineSearch } from '../../src/decoding/line-search.ts';
import { openDecoder } from '../../src/decoding/open-decoder.ts';
import { SAMPLING } from '../../src/decoding/sampling.ts';
import { DEFAULT_SEARCH } from '../../src/decoding/search.ts';
import { startEngine } from '../../src/engines/engine.ts';
import { type Checkpoint, loadCheckpoint, loadLines } from '../../src/model/checkpoint.ts';
import { compilePlan } from '../../src/poetry/compile.ts';
import { readFirstLine } from '../../src/poetry/couplet.ts';
import { FORM_NAMES } from '../../src/poetry/form.ts';
import { TONE, tonesOf } from '../../src/poetry/prosody.ts';
import { reportOn } from '../../src/poetry/report.ts';
import type { VerseRequest } from '../../src/poetry/request.ts';
import { toSimplified } from '../../src/poetry/script.ts';
import { verseLines } from '../../src/poetry/verse-lines.ts';
import { ngramsOf } from '../../src/text-index/ngram-filter.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'checkpoints', 'tang');
let checkpoint: Checkpoint;
let decoder: Decoder;

beforeAll(async () => {
  await startEngine('wasm');
  checkpoint = await loadCheckpoint(folder);
  decoder = await openDecoder(checkpoint);
}, 60_000);

const poem = { kind: 'poem', title: '', meter: 'strict', rhyme: 'auto' } as const;

async function write(request: VerseRequest, seed: number) {
  const plan = compilePlan(request);
  const row = decoder.join({ plan, sampling: SAMPLING.free, seed });
  while (row.isActive) await decoder.tick();
  return { ...row.result(), report: reportOn({ characters: row.characters, plan }) };
}

/** The lines of three couplets on a first line, in traditional script. */
async function answer(first: string) {
  const { plan } = readFirstLine(first);
  const request = { plan, sampling: SAMPLING.free, seed: 1, answers: 3 };
  const search = new LineSearch(decoder, request, DEFAULT_SEARCH);
  while (!search.hasEnded) {
    await decoder.tick();
    search.advance();
  }
  return [search.result, ...search.others].map((each) => verseLines(each?.characters.join('') ?? ''));
}

describe('checkpoints/tang', () => {
  it.each(['海上生明月', '小樓一夜聽春雨', '悠悠歲月長'])('answers %s with parallel lines', async (first) => {
    const { parallels } = checkpoint;
    const answers = await answer(first);
    expect(new Set(answers.map(([, second]) => second)).size).toBe(3);
    for (const [, second = ''] of answers) {
      const [a, b] = [[...first], [...second]];
      const score = (one: readonly string[], other: readonly string[]) =>
        one.reduce((sum, char, i) => sum + (parallels?.score(char, other[i] ?? '') ?? 0), 0) / one.length;
      expect(score(a, b)).toBeGreaterThan(1);
      expect(score(a, b)).toBeGreaterThan(score(a, [...b.slice(1), b[0] ?? '']));
      expect(b.map((char) => b.indexOf(char))).toEqual(a.map((char) => a.indexOf(char)));
      expect(b.some((char) => a.includes(char))).toBe(false);
      for (const i of [1, 3]) expect((tonesOf(a[i] ?? '') | tonesOf(b[i] ?? '')) & 3).toBe(3);
      expect(tonesOf(b.at(-1) ?? '') & TONE.level).toBe(TONE.level);
    }
  });

  it('is at most 32 MB, what is ignored by git aside', async () => {
    const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
    const sizes = await Promise.all(files.map(async ({ name }) => (await stat(join(folder, name))).size));
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(32e6);
  });

  it('says what it scored on poems that it never saw', () => {
    const { heldOut, training, recipe } = checkpoint.card;
    expect(recipe.name).toBe('tang-rated');
    expect(training.finished).toBe(true);
    // The target of perplexity a hanzi.
    expect(heldOut.test?.hanziPerplexity).toBeLessThan(123);
    expect(heldOut.test?.unknownShare).toBeLessThan(0.005);
  });

  it.each(FORM_NAMES)('writes a %s that scans and rhymes, and copies nothing', async (form) => {
    for (let seed = 1; seed <= 3; seed++) {
      const { characters, report } = await write({ ...poem, opening: '月', form }, seed);
      expect(report.deviations).toEqual([]);
      expect(report.kept).toMatchObject({ shape: true, given: true, rhyme: true, toneStrict: true });
      const lines = verseLines(characters.join(''));
      for (const ngram of lines.flatMap(ngramsOf)) expect(checkpoint.ngrams?.has(ngram)).toBe(false);
    }
  });

  it('finds what it writes far likelier than chance', async () => {
    const { nll, hanzi } = await write({ ...poem, opening: '月', form: 'qijue' }, 1);
    const uniform = Math.log(checkpoint.vocabulary.size);
    expect(nll / hanzi).toBeLessThan(uniform - 2);
  });

  it('knows the lines of the training poems', async () => {
    expect((await loadLines(checkpoint))?.nearest('秦川雄帝室')).toEqual({ line: '秦川雄帝宅', same: 4 });
  });
});

describe('npm start without a token', () => {
  const answer = (input: string) =>
    new Promise<string>((resolve, reject) => {
      const environment = {
        ...process.env,
        ENGINE: 'wasm',
        DISCORD_TOKEN: '',
        CHECKPOINTS: '',
        CHECKPOINT: '',
      };
      const child = execFile(
        process.execPath,
        ['dist/src/bot/main.js'],
        { cwd: root, env: environment },
        (error, stdout) => (error ? reject(error) : resolve(stdout)),
      );
      child.stdin?.end(input);
    });

  it('answers the README’s lines in order', async () => {
    const text = await answer('/poem 月\n/acrostic 日红山夜湖海月\n/poem 🔥\n');
    const line = (head: string) => `${head}\\p{Unified_Ideograph}{6}`;
    const couplet = (head = '\\p{Unified_Ideograph}') =>
      `${line(head)}，${line('\\p{Unified_Ideograph}')}。\n`;
    const heads = [...'日红山夜湖海月'];
    const acrostic = heads.map((head, i) => `${line(head)}${i % 2 || i === 6 ? '。' : '，'}\n`).join('');
    const title = '《\\p{Unified_Ideograph}{1,10}》\n';
    const poem = `${title}${couplet('月')}${couplet()}\n`;
    expect(text).toMatch(new RegExp(`^${poem}${title}${acrostic}\n! [^\n]+\n$`, 'u'));
  }, 60_000);

  it('does not address somebody without a name: 夜上人 is the likeliest title here', async () => {
    expect(await answer('/poem 月 seed:1\n')).not.toMatch(/《夜上人》/u);
  }, 60_000);

  it('writes on no title that says there is none: 江行無題 is the likeliest with these seeds', async () => {
    const text = await answer('/poem 清 form:qijue seed:3\n/poem 清 form:qijue seed:8\n');
    expect(text.match(/《.+》/gu)).toHaveLength(2);
    expect(text).not.toMatch(/无题/u);
  }, 60_000);

  it('writes on no tune of lyrics: 撥棹歌 is the best title with this seed', async () => {
    const text = await answer('/poem 红 form:qijue seed:1\n');
    expect(text).toMatch(/《.+》/u);
    expect(text).not.toMatch(/拨棹歌/u);
  }, 60_000);

  it('writes the same poem for the same seed, in either script', async () => {
    const [first, again, traditional] = (
      await answer('/poem 月 seed:42\n/poem 月 seed:42\n/poem 月 seed:42 script:traditional\n')
    ).split('\n\n');
    expect(again).toBe(first);
    expect([...(traditional as string)].length).toBe([...(first as string)].length);
    expect(traditional).not.toBe(first);
    expect(toSimplified(traditional as string)).toBe(first);
  }, 60_000);
});
