import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CORPUS_PATH, writeCorpus } from '../../../src/training/corpus/corpus.ts';
import { predictionsPerEpoch } from '../../../src/training/dataset.ts';
import { randomVerse } from '../fixtures/random-verse.ts';

const poems = randomVerse(60);
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shiren-experiments-'));
  await writeCorpus(poems, 'a test', join(folder, CORPUS_PATH));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a built command in a folder of its own, with its own checkpoints. */
function command(name: 'train' | 'experiments', ...args: string[]) {
  const program = resolve(`dist/src/training/commands/${name}.js`);
  const env = { ...process.env, ENGINE: 'wasm', CHECKPOINTS: join(folder, 'checkpoints') };
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, env, encoding: 'utf8' });
}

const cardOf = (name: string) =>
  JSON.parse(readFileSync(join(folder, 'checkpoints', name, 'card.json'), 'utf8'));

describe('npm run train and npm run experiments', () => {
  it('say what is wrong with what they were given', () => {
    const both = command('train', '--recipe', 'report', '--epochs', '1', '--tokens', '9');
    expect(both.status).toBe(1);
    expect(both.stderr).toMatch(/^shiren: .*--epochs and --tokens/);
    const untrained = command('experiments', '--out', join(folder, 'docs'));
    expect(untrained.status).toBe(1);
    expect(untrained.stderr).toMatch(/^shiren: there is no checkpoint at .*report/m);
    expect(readdirSync(folder)).not.toContain('docs');
    const page = join(folder, 'marks', 'experiments.md');
    mkdirSync(dirname(page));
    writeFileSync(page, '# No marks\n');
    const unmarked = command('experiments', '--out', dirname(page));
    expect(unmarked.status).toBe(1);
    expect(unmarked.stderr).toMatch(/^shiren: the page has no mark <!-- table:conditions -->.*\n$/);
    expect(readFileSync(page, 'utf8')).toBe('# No marks\n');
  });

  it('train the recipes for a number of tokens, and write the page from them', () => {
    const tokens = 2 * predictionsPerEpoch(poems, { titleShare: 0 });
    for (const recipe of ['report', 'report-rnn', 'report-gru']) {
      const { status, stderr } = command(
        'train',
        ...['--recipe', recipe, '--tokens', String(tokens), '--tensorboard', 'board'],
      );
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(cardOf(recipe).training).toMatchObject({ finished: true, epochs: 2, tokens });
      expect(readdirSync(join(folder, 'board', recipe))).toEqual([expect.stringContaining('tfevents')]);
    }
    // The served recipe's network is too large for a test; another one stands in its place.
    const stand = command('train', ...['--recipe', 'report-gru', '--out', 'tang', '--epochs', '4']);
    expect(stand.status).toBe(0);

    const { status, stdout } = command('experiments', '--poems', '5', '--out', join(folder, 'docs'));
    expect(status).toBe(0);
    expect(stdout).toContain('experiments.md');
    const page = readFileSync(join(folder, 'docs', 'experiments.md'), 'utf8');
    const pictures = [...page.matchAll(/\]\((experiments\/[a-z]+\.svg)\)/g)].map(
      ([, path]) => path as string,
    );
    expect(pictures.length).toBe(3);
    for (const path of pictures) expect(readFileSync(join(folder, 'docs', path), 'utf8')).toMatch(/^<svg/);
    for (const name of ['report', 'report-rnn', 'report-gru', 'tang']) {
      expect(page).toContain(`### \`${name}\``);
      expect(page).toContain(cardOf(name).heldOut.test.nll.toFixed(3));
    }
  }, 120_000);
});
