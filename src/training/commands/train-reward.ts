/**
 * `npm run train:reward`: fits the reward model of a checkpoint to readers' ratings, and adds it to the checkpoint's
 * folder. It takes seconds.
 */

import { parseArgs } from 'node:util';
import { runCommand } from '../../cli/command.ts';
import { valuesOf } from '../../model/architecture.ts';
import { checkpointFolder, checkpointsRoot, loadCheckpoint } from '../../model/checkpoint.ts';
import { saveReward } from '../../model/save-checkpoint.ts';
import { fitReward } from '../reward/fit-reward.ts';
import { RATINGS_PATHS, readRatings } from '../reward/ratings.ts';
import { lockRun } from '../run-folder.ts';

const HELP = `npm run train:reward -- [--checkpoint NAME] [--ratings FILE]…

  --checkpoint NAME   a folder under checkpoints/ (default: tang); the reward model is added to it
  --ratings FILE      readers' ratings of lines, one file or several (default: ${RATINGS_PATHS.join(', ')});
                      data/README.md describes them`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      checkpoint: { type: 'string', default: 'tang' },
      ratings: { type: 'string', multiple: true, default: [...RATINGS_PATHS] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const folder = checkpointFolder(checkpointsRoot(), values.checkpoint);
  await lockRun(folder);
  const { vocabulary, parameters } = await loadCheckpoint(folder);
  const ratings = await readRatings(values.ratings);
  const { reward, pointsPerNat, poems, lines, heldOut } = fitReward(
    ratings.poems,
    vocabulary,
    valuesOf(parameters, 'embedding'),
  );
  await saveReward(folder, reward, { poems, lines, heldOut });
  const ranked = [...vocabulary.hanzi].sort((a, b) => at(b) - at(a));
  console.log(
    `${lines} lines of ${poems} poems. A nat a hanzi costs a line ${pointsPerNat.toFixed(2)} points.`,
  );
  console.log(
    `correlation with the ratings of lines of other requests: ${heldOut.correlation.toFixed(3)}, of the likelihood alone ${heldOut.likelihoodAlone.toFixed(3)}`,
  );
  console.log(`highest: ${ranked.slice(0, 40).join('')}\nlowest:  ${ranked.slice(-40).reverse().join('')}`);
  console.log(`saved in ${folder}`);

  function at(char: string): number {
    return reward[vocabulary.id(char)] ?? 0;
  }
});
