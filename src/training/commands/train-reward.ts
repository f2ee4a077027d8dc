/**
 * `npm run train:reward`: fits the reward model of a checkpoint to readers' ratings, and adds it to the checkpoint's
 * folder. All default files take five to seven minutes.
 */

import { parseArgs } from 'node:util';
import { engineChoice, runCommand } from '../../cli/command.ts';
import { fastestProducts } from '../../decoding/product-kinds.ts';
import { Stepper } from '../../decoding/stepper.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import { decodingThreads } from '../../kernels/thread-pool.ts';
import { valuesOf } from '../../model/architecture.ts';
import { checkpointFolder, checkpointsRoot, loadCheckpoint } from '../../model/checkpoint.ts';
import { saveReward } from '../../model/save-checkpoint.ts';
import { fitReward } from '../reward/fit-reward.ts';
import { lineStates } from '../reward/line-states.ts';
import { RECENT_RATINGS_PATHS, readRatings } from '../reward/ratings.ts';
import { lockRun } from '../run-folder.ts';

const HELP = `npm run train:reward -- [--checkpoint NAME] [--ratings FILE]… [--engine E]

  --checkpoint NAME   a folder under checkpoints/ (default: tang); the reward model is added to it
  --ratings FILE      readers' ratings of lines, one file or several (default: ${RECENT_RATINGS_PATHS[0]} to
                      ${RECENT_RATINGS_PATHS.at(-1)});
                      data/README.md describes them
  --engine E          auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      checkpoint: { type: 'string', default: 'tang' },
      ratings: { type: 'string', multiple: true, default: [...RECENT_RATINGS_PATHS] },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const folder = checkpointFolder(checkpointsRoot(), values.checkpoint);
  await lockRun(folder);
  const { architecture, vocabulary, parameters } = await loadCheckpoint(folder);
  const ratings = await readRatings(values.ratings);
  const poems = ratings.poems.filter(({ lines }) => lines.every(({ nll }) => nll !== null));
  console.error(describeEngine(await startEngine(engineChoice(values.engine))));
  const stepper = await Stepper.create(architecture, parameters, {
    products: fastestProducts(),
    threads: decodingThreads(),
  });
  const states = await lineStates(stepper, poems, vocabulary);
  stepper.dispose();
  const embedding = valuesOf(parameters, 'embedding');
  const { reward, pointsPerNat, lines, heldOut } = fitReward(poems, vocabulary, embedding, states);
  await saveReward(folder, reward, { poems: poems.length, lines, heldOut });
  const ranked = [...vocabulary.hanzi].sort((a, b) => at(b) - at(a));
  console.log(
    `${lines} lines of ${poems.length} poems. A nat a hanzi costs a line ${pointsPerNat.toFixed(2)} points.`,
  );
  console.log(
    `correlation with the ratings of lines of other requests: ${heldOut.correlation.toFixed(3)}, of the likelihood alone ${heldOut.likelihoodAlone.toFixed(3)}`,
  );
  console.log(`highest: ${ranked.slice(0, 40).join('')}\nlowest:  ${ranked.slice(-40).reverse().join('')}`);
  console.log(`saved in ${folder}`);

  function at(char: string): number {
    return reward.tokens[vocabulary.id(char)] ?? 0;
  }
});
