/** `npm run extrapolate`: writes a checkpoint whose weights go further in the direction in which training moved them. */

import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { engineChoice, positive, runCommand, UsageError } from '../../cli/command.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import type { Card } from '../../model/card.ts';
import {
  type Checkpoint,
  checkpointFolder,
  checkpointsRoot,
  loadCheckpoint,
} from '../../model/checkpoint.ts';
import { readCheckpointFile } from '../../model/checkpoint-file.ts';
import { type CorpusIndexes, saveCheckpoint } from '../../model/save-checkpoint.ts';
import { type Corpus, readCorpus } from '../corpus/corpus.ts';
import { Dataset } from '../dataset.ts';
import { scoreStored } from '../evaluation.ts';
import { extrapolate } from '../extrapolation.ts';
import { RunFolder } from '../run-folder.ts';

const HELP = `npm run extrapolate -- --from NAME --to NAME --by N --out NAME [--replace] [--engine E]

  --from NAME   the checkpoint before training, under checkpoints/
  --to NAME     the checkpoint after it, of the same sizes and vocabulary
  --by N        how much further the weights go, as a share of what training changed: 0.4 for two fifths
  --out NAME    the checkpoint to write. It has no critic and no reward model: \`npm run train:reward\` and
                \`npm run train:critic\` add them
  --replace     take the place of the checkpoint of that name, which is refused otherwise and kept as NAME.1
  --engine E    what measures the perplexity: auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      by: { type: 'string' },
      out: { type: 'string' },
      replace: { type: 'boolean', default: false },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { from, to, out } = values;
  if (from === undefined || to === undefined || out === undefined || values.by === undefined)
    throw new UsageError(`--from, --to, --by and --out are needed\n\n${HELP}`);
  const by = positive('by', values.by);
  const choice = engineChoice(values.engine);
  const root = checkpointsRoot();
  const before = await loadCheckpoint(checkpointFolder(root, from));
  const after = await loadCheckpoint(checkpointFolder(root, to));
  const parameters = extrapolate([before, after], by);
  const corpus = await readCorpus();
  console.error(describeEngine(await startEngine(choice)));
  const folder = await RunFolder.open(checkpointFolder(root, out), {
    resuming: false,
    replace: values.replace,
  });
  try {
    const heldOut = await score(after, parameters, corpus);
    await save(folder.path, after, parameters, {
      heldOut,
      extrapolated: { from: { name: before.name, weights: before.card.weights.sha256 }, by },
    });
    await folder.publish();
    console.log(
      `wrote ${basename(folder.path)}: ${before.name} to ${after.name} and ${by} further; test perplexity ${heldOut.test.hanziPerplexity.toFixed(1)} a hanzi, ${after.card.heldOut.test?.hanziPerplexity.toFixed(1)} before`,
    );
  } finally {
    folder.close();
  }
});

type Parameters = ReadonlyMap<string, Float32Array>;

/** What new weights score on poems that no run learned from. */
async function score({ architecture, vocabulary, card }: Checkpoint, parameters: Parameters, corpus: Corpus) {
  const dataset = new Dataset(corpus.poems, vocabulary, {
    batchRows: 64,
    titleShare: 0,
    announcedShare: 0,
    seed: 0,
  });
  const scores = (split: 'validation' | 'test') =>
    scoreStored(architecture, parameters, card.weights.type, dataset.heldOut(split));
  return { validation: await scores('validation'), test: await scores('test') };
}

/** Writes a checkpoint with new weights, and all else as in `after`: the indexes, the log of its run, and what its card says. */
async function save(
  folder: string,
  after: Checkpoint,
  parameters: Parameters,
  { heldOut, extrapolated }: Pick<Card, 'heldOut'> & Pick<Card['training'], 'extrapolated'>,
): Promise<void> {
  const { architecture, vocabulary, card } = after;
  const novelty = await indexesOf(after);
  await saveCheckpoint(
    folder,
    { architecture, parameters, vocabulary, type: card.weights.type, ...(novelty && { novelty }) },
    {
      recipe: card.recipe,
      corpus: card.corpus,
      pretraining: card.pretraining,
      ratings: card.ratings,
      training: { ...card.training, extrapolated },
      heldOut,
    },
  );
  for (const file of ['train.jsonl', 'loss.svg']) {
    const from = join(after.folder, file);
    if (existsSync(from)) await copyFile(from, join(folder, file));
  }
}

/** The indexes of the training corpus, as they are on disk. */
async function indexesOf({ folder, card }: Checkpoint): Promise<CorpusIndexes | null> {
  const { novelty, parallels } = card;
  if (!novelty) return null;
  const read = (file: string) => readCheckpointFile(folder, file);
  return {
    ngrams: await read(novelty.runs.file),
    lines: await read(novelty.lines.file),
    ...(parallels && {
      parallels: { bytes: await read(parallels.file), couplets: parallels.couplets },
    }),
  };
}
