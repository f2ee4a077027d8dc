/**
 * `npm run train:critic`: trains the critic of a checkpoint and adds it to the checkpoint's folder.
 *
 * The model first writes a poem in the form and on the title of each poem by a person that the critic is to learn from.
 * The critic then learns to tell the sides apart. It is scored on test poems, and on what the model writes on their titles.
 */

import { parseArgs } from 'node:util';
import { count, engineChoice, runCommand, UsageError } from '../../cli/command.ts';
import type { Decoder } from '../../decoding/decoder.ts';
import { openDecoder } from '../../decoding/open-decoder.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import { valuesOf } from '../../model/architecture.ts';
import { checkpointFolder, checkpointsRoot, loadCheckpoint } from '../../model/checkpoint.ts';
import { Random } from '../../model/random.ts';
import { saveCritic } from '../../model/save-checkpoint.ts';
import { type CorpusPoem, readCorpus, type Split } from '../corpus/corpus.ts';
import { cleanPoems, examplesOf, planOf, type TitledPoem } from '../critic/examples.ts';
import { CRITIC_SETTINGS, trainCritic } from '../critic/train-critic.ts';
import { wornPhrases } from '../critic/worn-phrases.ts';
import { generateAll } from '../generation.ts';
import { lockRun } from '../run-folder.ts';

const HELP = `npm run train:critic -- [--checkpoint NAME] [--poems N] [--epochs N] [--seed N] [--engine E]

  --checkpoint NAME   a folder under checkpoints/ (default: tang); the critic is added to it
  --poems N           learn from N poems by people and as many by the model (default: all, about 14,000)
  --epochs N          passes over them (default: ${CRITIC_SETTINGS.epochs})
  --seed N            the seed of the poems and of the training (default: 1)
  --engine E          auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      checkpoint: { type: 'string', default: 'tang' },
      poems: { type: 'string' },
      epochs: { type: 'string', default: String(CRITIC_SETTINGS.epochs) },
      seed: { type: 'string', default: '1' },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const choice = engineChoice(values.engine);
  const limit = values.poems === undefined ? Number.POSITIVE_INFINITY : count('poems', values.poems);
  const epochs = count('epochs', values.epochs);
  const seed = count('seed', values.seed);
  const folder = checkpointFolder(checkpointsRoot(), values.checkpoint);
  await lockRun(folder);
  const checkpoint = await loadCheckpoint(folder);
  const corpus = await readCorpus();
  if (corpus.hash !== checkpoint.card.corpus.sha256) {
    throw new UsageError(
      `${values.checkpoint} was trained on another corpus (${checkpoint.card.corpus.source}): the critic would be scored on poems that the model has seen`,
    );
  }
  console.log(describeEngine(await startEngine(choice)));

  const { vocabulary, architecture, parameters } = checkpoint;
  const random = new Random(seed);
  const splitOf = (split: Split) =>
    cleanPoems(
      corpus.poems.filter((poem: CorpusPoem) => poem.split === split),
      vocabulary,
    );
  const train = random.shuffle(splitOf('train')).slice(0, limit);
  const test = splitOf('test');
  const decoder = await openDecoder({ ...checkpoint, critic: null });
  const trainTexts = await write(decoder, train, seed);
  // Far from the seeds of the training poems.
  const testTexts = await write(decoder, test, (seed + 0x80000000) >>> 0);
  decoder.dispose();

  const { parameters: trained, ...result } = await trainCritic(
    { embedding: valuesOf(parameters, 'embedding'), vocabulary: architecture.vocabulary },
    {
      train: examplesOf(train, trainTexts, vocabulary, random, { strangeTitles: true }),
      heldOut: examplesOf(test, testTexts, vocabulary, random, { strangeTitles: false }),
    },
    { ...CRITIC_SETTINGS, epochs, seed },
    (epoch, loss, { auc, firstCoupletAuc }) =>
      console.log(
        `epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}  test AUC ${auc.toFixed(3)}, first couplets alone ${firstCoupletAuc.toFixed(3)}`,
      ),
  );
  const peoples = train.map(({ text }) => text);
  const { auc, firstCoupletAuc, examples } = result.heldOut;
  await saveCritic(
    folder,
    {
      architecture: result.architecture,
      parameters: trained,
      wornPhrases: wornPhrases(trainTexts, peoples),
    },
    { poems: 2 * train.length, heldOut: { poems: examples, auc, firstCoupletAuc } },
  );
  console.log(`saved the critic in ${folder}`);
});

/** The model's poems in the forms and on the titles of people's. */
async function write(decoder: Decoder, poems: readonly TitledPoem[], seed: number): Promise<string[]> {
  let shown = 0;
  const { poems: written } = await generateAll(
    decoder,
    poems.map(planOf),
    { mood: 'free', candidates: 1, kept: 1, seed },
    (done) => {
      if (done - shown < 1000 && done < poems.length) return;
      shown = done;
      console.log(`wrote ${done} of ${poems.length} poems`);
    },
  );
  return written.map(({ characters }) => characters.join(''));
}
