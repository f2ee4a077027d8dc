/** `npm run average`: makes a checkpoint whose weights are the mean of those of two others. */

import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { engineChoice, runCommand, UsageError } from '../../cli/command.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import { checkpointFolder, checkpointsRoot, loadCheckpoint } from '../../model/checkpoint.ts';
import { copyCheckpoint, replaceWeights } from '../../model/save-checkpoint.ts';
import { averageWeights } from '../average-weights.ts';
import { readCorpus } from '../corpus/corpus.ts';
import { scoreStored } from '../evaluation.ts';
import { openHeldOutPoems } from '../training-data.ts';

const HELP = `npm run average -- --checkpoint NAME --with NAME --out NAME [--share S] [--engine E]

  --checkpoint NAME   a folder under checkpoints/; what the new card says of training is about it
  --with NAME         another one, of the same sizes and with the same vocabulary
  --share S           the share of the second, between 0 and 1 (default: 0.5)
  --out NAME          the new checkpoint's name; one that is taken is refused
  --engine E          auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)

It also scores the mean on the held-out poems. npm run train:reward and npm run train:critic add what judges its poems.`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      checkpoint: { type: 'string' },
      with: { type: 'string' },
      share: { type: 'string', default: '0.5' },
      out: { type: 'string' },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const share = Number(values.share);
  if (!values.checkpoint || !values.with || !values.out)
    throw new UsageError(`--checkpoint, --with and --out are needed\n\n${HELP}`);
  if (!(share > 0 && share < 1)) throw new UsageError('--share takes a number between 0 and 1');
  const root = checkpointsRoot();
  const out = checkpointFolder(root, values.out);
  if (existsSync(out))
    throw new UsageError(`there is a checkpoint ${values.out} already: give another --out`);
  const first = await loadCheckpoint(checkpointFolder(root, values.checkpoint));
  const second = await loadCheckpoint(checkpointFolder(root, values.with));
  const parameters = averageWeights(first, second, share);
  const corpus = await readCorpus();
  if (corpus.hash !== first.card.corpus.sha256)
    throw new UsageError(`${first.name} was trained on another corpus than the one in data/corpus`);
  console.error(describeEngine(await startEngine(engineChoice(values.engine))));
  const poems = openHeldOutPoems(first, corpus);
  const score = (split: 'validation' | 'test') =>
    scoreStored(first.architecture, parameters, first.card.weights.type, poems.heldOut(split));
  const heldOut = { validation: await score('validation'), test: await score('test') };
  // Nobody finds the copy before its weights are the mean.
  const draft = `${out}.new`;
  await copyCheckpoint(first.folder, draft);
  const average = [
    { name: first.name, weights: first.card.weights.sha256, share: 1 - share },
    { name: second.name, weights: second.card.weights.sha256, share },
  ];
  await replaceWeights(draft, parameters, { average, heldOut });
  await rename(draft, out);
  console.log(`test split: ${heldOut.test.hanziPerplexity.toFixed(1)} a hanzi; saved in ${out}`);
});
