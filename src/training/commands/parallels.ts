/**
 * `npm run parallels`: counts what stands opposite what in the parallel couplets that a checkpoint was trained on, and
 * adds the table to the checkpoint's folder. `npm run train` does the same by itself.
 */

import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../../cli/command.ts';
import { checkpointFolder, checkpointsRoot, loadCheckpoint } from '../../model/checkpoint.ts';
import { saveParallels } from '../../model/save-checkpoint.ts';
import { ParallelPairs } from '../../text-index/parallel-pairs.ts';
import { type Corpus, readCorpus, SONG_PATH } from '../corpus/corpus.ts';
import { middleCouplets, parallelTable, scoreTable } from '../parallel-table.ts';
import { lockRun } from '../run-folder.ts';

const HELP = `npm run parallels -- [--checkpoint NAME]

  --checkpoint NAME   a folder under checkpoints/ (default: tang); the table is added to it

It reads the corpora that the checkpoint was trained on, and of those the training split alone. Build them first:
npm run corpus, and npm run corpus -- --song if the card names a pretraining corpus.`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      checkpoint: { type: 'string', default: 'tang' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const folder = checkpointFolder(checkpointsRoot(), values.checkpoint);
  await lockRun(folder);
  const { card, vocabulary } = await loadCheckpoint(folder);
  const corpus = trainedOn(await readCorpus(), card.corpus);
  const corpora = [corpus];
  if (card.pretraining) corpora.push(trainedOn(await readCorpus(SONG_PATH), card.pretraining));
  const table = parallelTable(corpora, vocabulary);
  await saveParallels(folder, table);
  const test = middleCouplets(corpus, 'test');
  const { nats, unigramNats } = scoreTable(ParallelPairs.parse(table.bytes), test);
  console.log(
    `on ${test.length} couplets of the test split: ${nats.toFixed(2)} nats a place from the character opposite, ${unigramNats.toFixed(2)} without it`,
  );
  console.log(`counted ${table.couplets} couplets; saved ${table.bytes.length} bytes in ${folder}`);

  /** Throws if the corpus is another one: it might hold what the checkpoint is tested on. */
  function trainedOn(corpus: Corpus, { source, sha256 }: { source: string; sha256: string }): Corpus {
    if (corpus.hash === sha256) return corpus;
    throw new UsageError(
      `${values.checkpoint} was trained on another corpus (${source}): its couplets may be those that the model is tested on`,
    );
  }
});
