import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRatings } from '../../../src/training/reward/ratings.ts';
import { writeTinyCheckpoint } from '../../model/tiny-checkpoint.ts';

const PROGRAM = resolve('dist/src/training/commands/ratings.js');
const POEM = {
  request: '1-1',
  form: 'wujue',
  title: '',
  opening: '明月',
  heads: '',
  nlls: [1.5, 2.25, 3, 2.1],
  text: '明月出天山，蒼茫雲海間。長風幾萬里，吹度玉門關。',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shiren-ratings-'));
  for (const n of [1, 2, 10]) {
    const key = { format: 'shiren-rating-key', version: 1, name: `1-${n}`, poems: [POEM] };
    writeFileSync(join(folder, `key-${n}.json`), JSON.stringify(key));
    writeFileSync(join(folder, `scores-${n}.txt`), '1 2.75 3342\n');
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

function ratings(...args: string[]) {
  const env = { ...process.env, CHECKPOINTS: folder, ENGINE: 'wasm' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}
const collect = (out = join(folder, 'ratings.tsv')) => ratings('--collect', folder, '--out', out);

describe('npm run ratings', () => {
  it('collects the scores of all sheets, in their order', async () => {
    expect(collect()).toMatchObject({ status: 0, stdout: expect.stringContaining('wrote 3 rated poems') });
    const { poems } = await readRatings([join(folder, 'ratings.tsv')]);
    expect(poems.map(({ sheet, overall }) => [sheet, overall])).toEqual([
      ['1-1', 2.75],
      ['1-2', 2.75],
      ['1-10', 2.75],
    ]);
  });

  it('changes nothing if a sheet has no scores, or bad ones, and says which', () => {
    const out = join(folder, 'ratings.tsv');
    writeFileSync(out, 'before');
    writeFileSync(join(folder, 'scores-2.txt'), '1 2.75 33\n');
    expect(collect(out)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('scores-2.txt: poem 1'),
    });
    rmSync(join(folder, 'scores-2.txt'));
    expect(collect(out)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/scores-2.txt cannot be read/),
    });
    expect(readFileSync(out, 'utf8')).toBe('before');
  });

  it('measures what weights have gained over others', async () => {
    await writeTinyCheckpoint(folder, 'a', { seed: 1 });
    await writeTinyCheckpoint(folder, 'b', { seed: 2 });
    const file = 'data/ratings-19.tsv';
    const measure = (after: string) =>
      ratings('--gain', file, '--before', 'a', '--checkpoint', after).stdout.trimEnd();
    expect(measure('a')).toMatch(
      /^a against a, on 1455 rated poems: gain 0\.0000 points times nats a line, correlation 0\.000, change 0\.000 nats a line$/,
    );
    expect(measure('b')).toMatch(/^b against a, .* change (?!0\.000)\d\.\d{3} nats a line$/);
  });

  it.each([
    [[], '--write, --collect or --gain is needed'],
    [['--gain', '--before', 'a'], '--gain needs files of ratings'],
    [['--gain', 'data/ratings-19.tsv'], '--before NAME'],
    [['--gain', 'nowhere.tsv', '--before', 'a'], 'nowhere.tsv cannot be read'],
    [['--write', 'x', 'y'], 'y is given without --gain'],
    [['--collect', '.'], '--out FILE'],
    [['--collect', 'nowhere', '--out', 'x.tsv'], 'nowhere cannot be read'],
    [['--collect', 'src', '--out', 'x.tsv'], 'no keys of rating sheets'],
    [['--write', 'x', '--requests', '2', '--sheets', '8'], '--sheets is at most --requests'],
  ])('%j is answered with one sentence', (args, sentence) => {
    const { status, stderr } = ratings(...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^shiren: /m);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});
