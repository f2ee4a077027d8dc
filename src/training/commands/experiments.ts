/** `npm run experiments`: measures the report's recipes side by side, and writes docs/experiments.md. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { count, engineChoice, runCommand } from '../../cli/command.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import { writeAtomically } from '../../system/atomic-write.ts';
import { checkpointsRoot, repositoryRoot } from '../../system/package-root.ts';
import { readCorpus } from '../corpus/corpus.ts';
import { drawGradients, drawLosses, drawUtilization } from '../experiments/figures.ts';
import { gatherFindings } from '../experiments/findings.ts';
import { renderPage } from '../experiments/page.ts';

const HELP = `npm run experiments -- [--poems N] [--seed N] [--out DIR] [--engine E]

Writes experiments.md and its pictures from the checkpoints, their logs, and poems written anew.

  --poems N    poems written in each way by each checkpoint (default: 300)
  --seed N     of the poems (default: 1)
  --out DIR    where the page goes (default: docs)
  --engine E   auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)`;

const NAMES = ['report', 'report-rnn', 'report-gru', 'tang'];

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      poems: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: join(repositoryRoot(), 'docs') },
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
  const corpus = await readCorpus();
  const engine = await startEngine(choice);
  console.error(describeEngine(engine));
  const findings = await gatherFindings({
    root: checkpointsRoot(),
    names: NAMES,
    corpus,
    poems,
    seed,
    onProgress: (what) => console.error(what),
  });
  const pictures = {
    losses: await drawLosses(findings.runs),
    gradients: await drawGradients(findings.runs),
    utilization: await drawUtilization(findings.runs),
  };
  const folder = join(values.out, 'experiments');
  await mkdir(folder, { recursive: true });
  for (const [name, svg] of Object.entries(pictures)) {
    if (svg !== null) await writeAtomically(join(folder, `${name}.svg`), svg);
  }
  const page = join(values.out, 'experiments.md');
  await writeAtomically(page, renderPage(findings, engine, pictures.utilization !== null));
  console.log(`wrote ${page}`);
});
