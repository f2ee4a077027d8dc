/** `npm run train`: trains a checkpoint from the corpus. */

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { engineChoice, positive, runCommand, UsageError } from '../../cli/command.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import { checkpointFolder } from '../../model/checkpoint.ts';
import { checkpointsRoot } from '../../system/package-root.ts';
import { onStopRequest } from '../../system/stop-signals.ts';
import { type Corpus, readCorpus, SONG_PATH } from '../corpus/corpus.ts';
import { predictionsPerEpoch } from '../dataset.ts';
import { Progress } from '../progress.ts';
import { RECIPES, type Recipe } from '../recipes.ts';
import { train } from '../run.ts';
import { TensorBoard } from '../tensorboard.ts';

const HELP = `npm run train -- --recipe NAME [--resume] [--out NAME] [--minutes N]
              [--epochs N | --tokens N] [--tensorboard DIR] [--engine E]

  --recipe NAME   ${Object.keys(RECIPES).join(', ')}
  --out NAME      the checkpoint's name under checkpoints/ (default: the recipe's); what stands there is kept aside
  --resume        go on where the run of that name was stopped
  --minutes N     stop after so long (save, and --resume goes on)
  --epochs N      so many passes over the corpus instead of the recipe's; the learning rate falls to its end
  --tokens N      so many predictions to learn from, in all
  --tensorboard DIR   writes TensorBoard's event files too, to the folder DIR/NAME
  --engine E      auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      recipe: { type: 'string' },
      out: { type: 'string' },
      resume: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      epochs: { type: 'string' },
      tokens: { type: 'string' },
      tensorboard: { type: 'string' },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const wanted = values.recipe ?? '';
  const named = Object.hasOwn(RECIPES, wanted) ? RECIPES[wanted] : undefined;
  if (!named) throw new UsageError(`--recipe takes one of ${Object.keys(RECIPES).join(', ')}\n\n${HELP}`);
  if (values.epochs !== undefined && values.tokens !== undefined)
    throw new UsageError('--epochs and --tokens are two ways to say one thing');
  const limitMs =
    values.minutes === undefined ? Number.POSITIVE_INFINITY : 60_000 * positive('minutes', values.minutes);
  const name = values.out ?? named.name;
  const folder = checkpointFolder(checkpointsRoot(), name);
  const choice = engineChoice(values.engine);
  const corpus = await readCorpus();
  const earlier = named.earlier ? await readSong() : null;
  const recipe = withLength({ ...named, earlier: earlier && named.earlier }, values, corpus, earlier);
  const engine = await startEngine(choice);
  console.log(describeEngine(engine));

  const stop = new AbortController();
  onStopRequest(({ count, signalNumber }) => (count === 1 ? stop.abort() : process.exit(128 + signalNumber)));
  const progress = new Progress(process.stdout);
  const board = values.tensorboard ? new TensorBoard(join(values.tensorboard, name), values.resume) : null;
  const result = await train({
    recipe,
    corpus,
    earlier,
    engine,
    folder,
    resume: values.resume,
    limitMs,
    signal: stop.signal,
    onStep: (step, { trainer, tokensPerSecond }) => {
      progress.step(step, trainer, tokensPerSecond);
      board?.step(step);
    },
    onEvaluation: (entry) => {
      progress.evaluation(entry);
      board?.evaluation(entry);
    },
  });
  progress.end();
  board?.close();
  console.log(
    `saved ${relative(process.cwd(), folder) || folder} at step ${result.steps} of ${result.totalSteps}`,
  );
  if (result.finished) return;
  const flags = (['recipe', 'out', 'epochs', 'tokens', 'tensorboard', 'engine'] as const).flatMap((flag) =>
    values[flag] === undefined ? [] : [`--${flag} ${values[flag]}`],
  );
  console.log(`to go on: npm run train -- ${flags.join(' ')} --resume`);
});

/** The Song poems; null, with a remark, where nobody has built them. */
async function readSong(): Promise<Corpus | null> {
  if (existsSync(SONG_PATH)) return readCorpus(SONG_PATH);
  console.error(
    `note: there is no ${SONG_PATH}, so this run learns from the corpus alone; \`npm run corpus -- --song\` builds it`,
  );
  return null;
}

/** The recipe with as many passes as were asked for. */
function withLength(
  recipe: Recipe,
  asked: { readonly epochs?: string | undefined; readonly tokens?: string | undefined },
  corpus: Corpus,
  earlier: Corpus | null,
): Recipe {
  if (asked.epochs !== undefined) return { ...recipe, epochs: positive('epochs', asked.epochs) };
  if (asked.tokens === undefined) return recipe;
  const own = recipe.epochs * predictionsPerEpoch(corpus.poems, recipe);
  const before =
    recipe.earlier && earlier ? recipe.earlier.epochs * predictionsPerEpoch(earlier.poems, recipe) : 0;
  const share = positive('tokens', asked.tokens) / (own + before);
  return {
    ...recipe,
    epochs: recipe.epochs * share,
    earlier: recipe.earlier && { ...recipe.earlier, epochs: recipe.earlier.epochs * share },
  };
}
