import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCorpus } from '../../../src/training/corpus/corpus.ts';

const PROGRAM = resolve('dist/src/training/commands/corpus.js');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shiren-command-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const corpusPath = () => join(folder, 'data', 'corpus', 'corpus.jsonl');

/** Runs the built command in a folder of its own, where no npm can fetch anything. */
function corpus(...args: string[]) {
  const npm = join(folder, 'npm-cli.js');
  writeFileSync(npm, "console.error('npm error network is off'); process.exit(1);");
  const env = { ...process.env, npm_execpath: npm };
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const poem = (number: number) =>
  `詩${number}:${[0, 1, 2, 3]
    .map((line) =>
      Array.from({ length: 5 }, (_, i) => String.fromCodePoint(0x6000 + number * 20 + line * 5 + i)),
    )
    .map((hanzi, line) => hanzi.join('') + (line % 2 ? '。' : '，'))
    .join('')}`;

describe('npm run corpus -- --file', () => {
  it('builds a corpus, prints the table, and names each bad line', async () => {
    const lines = [...Array.from({ length: 12 }, (_, i) => poem(i)), '壞行', poem(3), '短：春眠。'];
    writeFileSync(join(folder, 'poems.txt'), `\ufeff${lines.join('\r\n')}\r\n`);
    const { status, stdout, stderr } = corpus('--file', 'poems.txt');
    expect(stderr.split('\n')).toEqual([
      'poems.txt:13: skipped: no colon between title and content',
      'poems.txt:15: skipped: too short',
      '',
    ]);
    expect(stdout).toMatch(/^poems read +14$/m);
    expect(stdout).toMatch(/^ {2}duplicate +1$/m);
    expect(stdout).toMatch(/^ {2}too short +1$/m);
    expect(stdout).toMatch(/^ {2}五絕 wujue +10 +1 +1 +12$/m);
    expect(status).toBe(0);
    const { source, poems } = await readCorpus(corpusPath());
    expect(source).toBe('poems.txt');
    expect(poems.map(({ title }) => title)).toEqual(Array.from({ length: 12 }, (_, i) => `詩${i}`));
    expect(new Set(poems.map(({ split }) => split))).toEqual(new Set(['train', 'validation', 'test']));

    const before = readFileSync(corpusPath());
    expect(corpus('--file', 'poems.txt').stdout).toBe(stdout);
    expect(readFileSync(corpusPath())).toEqual(before);
  });

  it('leaves the corpus as it was when nothing is usable', () => {
    mkdirSync(join(folder, 'data', 'corpus'), { recursive: true });
    writeFileSync(corpusPath(), 'the corpus from before');
    writeFileSync(join(folder, 'bad.txt'), '沒有冒號\n空：\n');
    const { status, stdout, stderr } = corpus('--file', 'bad.txt');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^shiren: bad\.txt: not one line is a usable poem/m);
    expect(readFileSync(corpusPath(), 'utf8')).toBe('the corpus from before');
  });

  it('answers in one line what it cannot do', () => {
    for (const [args, message] of [
      [['--file', 'none.txt'], 'shiren: none.txt: there is no such file.'],
      [['--file', '.'], 'shiren: . is a directory, not a file of poems.'],
      [['--file', ''], 'shiren: --file wants the path of a text file.'],
      [['--file'], "shiren: Option '--file <value>' argument missing; see npm run corpus -- --help."],
      [['--files', 'a'], "shiren: Unknown option '--files'; see npm run corpus -- --help."],
      [['poems.txt'], "shiren: Unexpected argument 'poems.txt'; see npm run corpus -- --help."],
    ] as const) {
      expect(corpus(...args)).toEqual({ status: 1, stdout: '', stderr: `${message}\n` });
    }
  });
});

describe('npm run corpus', () => {
  it('says why the package cannot be had, and leaves the corpus as it was', () => {
    mkdirSync(join(folder, 'data', 'corpus'), { recursive: true });
    writeFileSync(corpusPath(), 'the corpus from before');
    const { status, stderr } = corpus();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^shiren: chinese-poetry@2\.0\.1 could not be fetched with npm: npm error network is off$/m,
    );
    expect(readFileSync(corpusPath(), 'utf8')).toBe('the corpus from before');
  });

  it('explains itself', () => {
    const { status, stdout } = corpus('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run corpus/);
    expect(stdout).toContain('--file PATH');
  });
});
