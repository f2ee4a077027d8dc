import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineInfo, startEngine } from '../../../src/engines/engine.ts';
import { CheckpointError, loadCheckpoint } from '../../../src/model/checkpoint.ts';
import { type Corpus, CorpusError } from '../../../src/training/corpus/corpus.ts';
import { DECODINGS, decode } from '../../../src/training/experiments/decodings.ts';
import { drawGradients, drawLosses, drawUtilization } from '../../../src/training/experiments/figures.ts';
import {
  type Findings,
  gatherFindings,
  HEADS,
  type RunFindings,
} from '../../../src/training/experiments/findings.ts';
import { checkPlaces, fillTables, PageError } from '../../../src/training/experiments/page.ts';
import { renderTables, TABLE_NAMES } from '../../../src/training/experiments/tables.ts';
import { train } from '../../../src/training/run.ts';
import { randomVerse } from '../fixtures/random-verse.ts';
import { SMALL_RECIPE } from '../fixtures/small-run.ts';

const poems = randomVerse(40);
const corpus: Corpus = { hash: 'c'.repeat(64), source: 'a test', poems };

let root: string;
let engine: EngineInfo;
let findings: Findings;
let shipped: string;

/** The shipped page with the tables of these findings. */
const render = (measured: Findings, hasUtilization = true) =>
  fillTables(shipped, renderTables(measured, engine, hasUtilization));

const gather = (options: Partial<Parameters<typeof gatherFindings>[0]> = {}) =>
  gatherFindings({
    root,
    names: ['first', 'second'],
    corpus,
    poems: 6,
    seed: 2,
    onProgress: () => {},
    ...options,
  });

beforeAll(async () => {
  shipped = await readFile(new URL('../../../docs/experiments.md', import.meta.url), 'utf8');
  root = await mkdtemp(join(tmpdir(), 'shiren-experiments-'));
  engine = await startEngine('wasm');
  for (const [name, cell] of [
    ['first', 'lstm'],
    ['second', 'rnn'],
  ] as const) {
    await train({
      recipe: { ...SMALL_RECIPE, name, architecture: { ...SMALL_RECIPE.architecture, cell }, epochs: 1 },
      corpus,
      pretraining: null,
      engine,
      folder: join(root, name),
      resume: false,
      limitMs: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
      onStep: () => {},
      onEvaluation: () => {},
    });
  }
  findings = await gather();
});
afterAll(() => rm(root, { recursive: true }));

describe('the findings', () => {
  it('are of every checkpoint, every way of writing and every head', () => {
    expect(findings.runs.map(({ name }) => name)).toEqual(['first', 'second']);
    for (const { decodings } of findings.runs) {
      expect(decodings.map(({ decoding }) => decoding.name)).toEqual(DECODINGS.map(({ name }) => name));
      for (const { poems: written, repetition, tokensPerSecond } of decodings) {
        expect(repetition.texts).toBe(6);
        expect(tokensPerSecond).toBeGreaterThan(0);
        expect(written.map((text) => [...text][0])).toEqual([...HEADS]);
      }
    }
  });

  it('have whole quatrains where there is a plan', () => {
    for (const { decoding, poems: written } of findings.runs.flatMap(({ decodings }) => decodings)) {
      if (decoding.how.kind === 'free') continue;
      for (const text of written) {
        expect(text).toMatch(/^(\p{Unified_Ideograph}{7}，\p{Unified_Ideograph}{7}。){2}$/u);
      }
    }
  });

  it('have the gradients by each state at each distance, from before and after training', () => {
    const [first, second] = findings.runs as [RunFindings, RunFindings];
    // 64 characters and marks behind two tokens of prefix: up to 63 steps before the last hanzi's prediction.
    for (const gradients of [first.gradients.initial, first.gradients.trained]) {
      expect(gradients.length).toBe(2 * 63);
    }
    expect(second.gradients.trained.length).toBe(63);
    expect(second.gradients.trained).not.toEqual(second.gradients.initial);
    for (const { norm } of second.gradients.trained) expect(norm).toBeGreaterThan(0);
  });

  it('are written anew by the same seed', async () => {
    const checkpoint = await loadCheckpoint(join(root, 'first'));
    for (const { decoding, poems: written } of findings.runs[0]?.decodings ?? []) {
      const again = await decode(checkpoint, decoding, HEADS, 2);
      expect(again.poems.map(({ text }) => text)).toEqual(written);
    }
  });

  it('are not gathered from what cannot be compared', async () => {
    await expect(gather({ names: ['first', 'third'] })).rejects.toThrow(CheckpointError);
    await expect(gather({ corpus: { ...corpus, hash: 'd'.repeat(64) } })).rejects.toThrow(/another corpus/);
    const short = { ...corpus, poems: poems.filter(({ form }) => form !== 'qilv') };
    await expect(gather({ corpus: short })).rejects.toThrow(CorpusError);
    const path = join(root, 'second', 'train.jsonl');
    await writeFile(path, '');
    await expect(gather()).rejects.toThrow(/train\.jsonl has no evaluations/);
  });
});

/** The first table row that begins with a label. */
function cellsOf(page: string, label: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${label} |`)) ?? '';
  return row.split('|').map((cell) => cell.trim());
}

describe('the page', () => {
  it('has the numbers of the cards', () => {
    const page = render(findings);
    for (const { name, card } of findings.runs) {
      const { validation, test } = card.heldOut;
      const cells = cellsOf(page, name);
      expect(cells[2]).toBe(card.parameters.toLocaleString('en-US'));
      expect(cells[4]).toBe(`${validation?.nll.toFixed(3)} / ${test?.nll.toFixed(3)}`);
      expect(cells[5]).toBe(
        `${validation?.hanziPerplexity.toFixed(0)} / ${test?.hanziPerplexity.toFixed(0)}`,
      );
      expect(page).toContain(`npm run train -- --recipe ${name} --tokens ${card.training.tokens}`);
    }
    expect(cellsOf(page, 'Kneser-Ney trigram')[4]).toBe(`– / ${findings.trigram.nll.toFixed(3)}`);
    expect(page).not.toMatch(/undefined|NaN|null|Infinity/);
  });

  it('compares a longer run where it had learned from as many tokens', () => {
    const [first, second] = findings.runs as [RunFindings, RunFindings];
    const [entry] = second.log as [(typeof second.log)[number]];
    const common = first.card.training.tokens;
    const at = (tokens: number, nll: number) => ({
      ...entry,
      tokens,
      validation: { ...entry.validation, nll },
    });
    const longer: RunFindings = {
      ...second,
      card: { ...second.card, training: { ...second.card.training, tokens: 4 * common } },
      log: [at(0.4 * common, 7), at(1.1 * common, 6.25), at(4 * common, 5)],
    };
    const page = render({ ...findings, runs: [first, longer] });
    expect(cellsOf(page, 'second, on its way')[4]).toBe('6.250 / –');
    expect(cellsOf(page, 'second')[4]).toMatch(/^5\.000 \/ \d/);
    expect(cellsOf(page, 'first, on its way')).toEqual(['']);
    expect(page).toContain('`npm run train -- --recipe second`');
  });

  it('keeps its text, and can be filled again', () => {
    const text = (page: string) => page.replace(/(<!-- table:\w+ -->)[\s\S]*?(<!-- \/table -->)/g, '$1$2');
    const page = render(findings);
    expect(page).not.toBe(shipped);
    expect(text(page)).toBe(text(shipped));
    expect(fillTables(page, renderTables(findings, engine, true))).toBe(page);
  });

  it('describes every decoding that is measured', () => {
    for (const { name } of DECODINGS) expect(shipped).toContain(`- **${name}**: `);
  });

  it('needs a place for every table, from one mark to the other', () => {
    expect(() => checkPlaces(shipped, TABLE_NAMES)).not.toThrow();
    const lacking = shipped.replace('<!-- table:losses -->', '');
    expect(() => checkPlaces(lacking, TABLE_NAMES)).toThrow(PageError);
    expect(() => checkPlaces(lacking, TABLE_NAMES)).toThrow(/no mark <!-- table:losses -->/);
    const unclosed = '<!-- table:a -->\n<!-- table:b -->\n<!-- /table -->\n';
    expect(() => checkPlaces(unclosed, ['a'])).toThrow(/no mark <!-- \/table --> after <!-- table:a -->/);
    expect(() => checkPlaces(unclosed, ['b'])).not.toThrow();
    expect(fillTables(unclosed, { b: '| 1 |' })).toBe(
      '<!-- table:a -->\n<!-- table:b -->\n\n| 1 |\n\n<!-- /table -->\n',
    );
  });

  it('shows every poem in simplified script', () => {
    const page = render(findings);
    const rows = page.split('\n').filter((line) => line.startsWith('| 红 |'));
    expect(rows.length).toBe(2);
    expect(page).not.toMatch(/^\| 紅/m);
  });

  it('has pictures of all runs', async () => {
    for (const svg of [
      await drawLosses(findings.runs),
      await drawGradients(findings.runs),
      await drawUtilization(findings.runs),
    ]) {
      expect(svg).toMatch(/^<svg[\s\S]*<\/svg>$/);
      expect(svg).toContain('first');
      expect(svg).toContain('second');
    }
    expect(await drawGradients(findings.runs)).toContain('second (RNN)');
    const older = findings.runs.map((run) => ({
      ...run,
      log: run.log.map((entry) => ({ ...entry, device: undefined })),
    }));
    expect(await drawUtilization(older)).toBeNull();
    expect(render({ ...findings, runs: older }, false)).not.toContain('utilization.svg');
  });
});
