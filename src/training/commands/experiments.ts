/** `npm run experiments`: compares the report's recipes, and fills in the tables and pictures of docs/experiments.md. */

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { count, engineChoice, runCommand } from '../../cli/command.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import { checkpointsRoot } from '../../model/checkpoint.ts';
import { writeAtomically } from '../../system/atomic-write.ts';
import { repositoryRoot } from '../../system/package-root.ts';
import { readCorpus } from '../corpus/corpus.ts';
import { drawGradients, drawLosses, drawUtilization } from '../experiments/figures.ts';
import { gatherFindings, type RunFindings } from '../experiments/findings.ts';
import { checkPlaces, fillTables } from '../experiments/page.ts';
import { renderTables, TABLE_NAMES } from '../experiments/tables.ts';
import { loadVega } from '../picture.ts';

const HELP = `npm run experiments -- [--poems N] [--seed N] [--out DIR] [--engine E]

Measures the checkpoints, reads their logs and writes poems with them. Fills in the tables of DIR/experiments.md,
between the marks <!-- table:NAME --> and <!-- /table -->, and draws the pictures. A DIR without the page gets a copy
of docs/experiments.md.

  --poems N    poems written in each way by each checkpoint (default: 300)
  --seed N     of the poems (default: 1)
  --out DIR    the folder of the page (default: docs)
  --engine E   auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)`;

const PAGE = 'experiments.md';
const CHECKPOINTS = ['report', 'report-rnn', 'report-gru', 'tang'];

await runCommand(async () => {
  const docs = join(repositoryRoot(), 'docs');
  const { values } = parseArgs({
    options: {
      poems: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: docs },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [poems, seed] = [count('poems', values.poems), count('seed', values.seed)];
  const choice = engineChoice(values.engine);
  const path = join(values.out, PAGE);
  // What would fail at the end fails now, before half an hour of measurements.
  const page = (await textOf(path)) ?? (await readFile(join(docs, PAGE), 'utf8'));
  checkPlaces(page, TABLE_NAMES);
  await loadVega();
  const corpus = await readCorpus();
  const engine = await startEngine(choice);
  console.error(describeEngine(engine));
  const findings = await gatherFindings({
    root: checkpointsRoot(),
    names: CHECKPOINTS,
    corpus,
    poems,
    seed,
    onProgress: (what) => console.error(what),
  });
  const hasUtilization = await drawPictures(join(values.out, 'experiments'), findings.runs);
  await writeAtomically(path, fillTables(page, renderTables(findings, engine, hasUtilization)));
  console.log(`wrote ${path}`);
});

/** The text of a file; null if there is no such file. */
async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Returns whether there is a picture of the device utilisation: logs of older runs do not record it. */
async function drawPictures(folder: string, runs: readonly RunFindings[]): Promise<boolean> {
  const utilization = await drawUtilization(runs);
  const pictures = { losses: await drawLosses(runs), gradients: await drawGradients(runs), utilization };
  await mkdir(folder, { recursive: true });
  for (const [name, svg] of Object.entries(pictures)) {
    if (svg !== null) await writeAtomically(join(folder, `${name}.svg`), svg);
  }
  return utilization !== null;
}
