/** `npm run train`: trains a checkpoint from the corpus. */

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { engineChoice, positive, runCommand, UsageError } from '../../cli/command.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import {
  type Checkpoint,
  checkpointFolder,
  checkpointsRoot,
  loadCheckpoint,
} from '../../model/checkpoint.ts';
import { onStopRequest } from '../../system/stop-signals.ts';
import { type Corpus, readCorpus, SONG_PATH } from '../corpus/corpus.ts';
import { predictionsPerEpoch } from '../dataset.ts';
import { Progress } from '../progress.ts';
import { RECIPES, type Recipe } from '../recipes.ts';
import { readRatings } from '../reward/ratings.ts';
import { train } from '../run.ts';
import { describeEstimate } from '../run-estimate.ts';
import { TensorBoard } from '../tensorboard.ts';

const HELP = `npm run train -- --recipe NAME [--resume | --replace] [--out NAME]
              [--minutes N] [--epochs N | --tokens N] [--tensorboard DIR] [--engine E]

  --recipe NAME   ${Object.keys(RECIPES).join(', ')}
  --out NAME      the checkpoint's name under checkpoints/ (default: the recipe's)
  --resume        continue the run of that name where it stopped
  --replace       take the place of the checkpoint of that name, which is refused otherwise. It happens when the run is
                  finished: until then the run lies in NAME.new. The old checkpoint is kept as NAME.1
  --minutes N     stop after N minutes (the run is saved, and --resume continues it)
  --epochs N      N passes over the corpus, or the ratings, instead of the recipe's; the learning rate falls towards
                  their end
  --tokens N      learn from N predictions in all, instead of the recipe's epochs
  --tensorboard DIR   also write TensorBoard's event files, to the folder DIR/NAME
  --engine E      auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)

How long a run takes is measured and said before its first step. report learns from 50 million predictions, which is an
hour or two on two cores; after --minutes 2 it has hardly begun, and the model writes nonsense.`;

const OPTIONS = {
  options: {
    recipe: { type: 'string' },
    out: { type: 'string' },
    resume: { type: 'boolean', default: false },
    replace: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    epochs: { type: 'string' },
    tokens: { type: 'string' },
    tensorboard: { type: 'string' },
    engine: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
} as const;

type Values = ReturnType<typeof parseArgs<typeof OPTIONS>>['values'];

await runCommand(async () => {
  const { values } = parseArgs(OPTIONS);
  if (values.help) {
    console.log(HELP);
    return;
  }
  const named = recipeOf(values);
  const limitMs =
    values.minutes === undefined ? Number.POSITIVE_INFINITY : 60_000 * positive('minutes', values.minutes);
  const name = values.out ?? named.name;
  const folder = checkpointFolder(checkpointsRoot(), name);
  const choice = engineChoice(values.engine);
  const corpus = await readCorpus();
  const pretraining = named.pretraining ? await readSong() : null;
  const ratings = named.ratings ? await readRatings(named.ratings.files) : null;
  const recipe = withLength(
    { ...named, pretraining: pretraining && named.pretraining },
    values,
    corpus,
    pretraining,
  );
  const initial = values.resume ? null : await readInitial(recipe);
  const engine = await startEngine(choice);
  console.log(describeEngine(engine));

  const stop = new AbortController();
  onStopRequest(({ count, signalNumber }) => (count === 1 ? stop.abort() : process.exit(128 + signalNumber)));
  const progress = new Progress(process.stdout);
  const note = (sentence: string) => {
    progress.end();
    console.error(`note: ${sentence}`);
  };
  const board = values.tensorboard
    ? new TensorBoard(join(values.tensorboard, name), values.resume, note)
    : null;
  let steps = { step: 0, totalSteps: 0 };
  const result = await train({
    recipe,
    corpus,
    pretraining,
    ratings,
    ...(initial && { initial }),
    engine,
    folder,
    resume: values.resume,
    replace: values.replace,
    limitMs,
    signal: stop.signal,
    onStart: (run) => {
      const { step, totalSteps } = run.trainer;
      steps = { step, totalSteps };
      const from = step === 0 ? '' : `from step ${step} of `;
      console.log(`${name}: ${from}${totalSteps} steps; measuring one`);
      if (run.folder === folder) return;
      console.log(
        `writing to ${shown(run.folder)}; it takes the place of ${shown(folder)} when it is finished`,
      );
    },
    onEstimate: (ms) => {
      const { hidden } = recipe.architecture;
      const continued = recipe.initialCheckpoint !== null;
      console.log(describeEstimate({ ...steps, limitMs, engine: engine.name, hidden, continued }, ms));
    },
    onStep: (step, { trainer, tokensPerSecond }) => {
      progress.step(step, trainer, tokensPerSecond);
      board?.step(step);
    },
    onEvaluation: (entry) => {
      progress.evaluation(entry);
      board?.evaluation(entry);
    },
    onNote: note,
  });
  progress.end();
  board?.close();
  console.log(`saved ${shown(result.folder)} at step ${result.steps} of ${result.totalSteps}`);
  if (result.folder !== folder) console.log(`${shown(folder)} stays as it is until this run is finished`);
  if (!result.finished) console.log(`to go on: ${commandToResume(values)}`);
});

function shown(folder: string): string {
  return relative(process.cwd(), folder) || folder;
}

/** The recipe that the command line names. Throws `UsageError`. */
function recipeOf({ recipe: wanted = '', epochs, tokens, resume, replace }: Values): Recipe {
  const named = Object.hasOwn(RECIPES, wanted) ? RECIPES[wanted] : undefined;
  if (!named) throw new UsageError(`--recipe takes one of ${Object.keys(RECIPES).join(', ')}\n\n${HELP}`);
  if (epochs !== undefined && tokens !== undefined)
    throw new UsageError('--epochs and --tokens both set the length of the run: give one of them');
  if (tokens !== undefined && named.ratings)
    throw new UsageError(`${named.name} learns from ratings: --epochs sets its length`);
  if (resume && replace)
    throw new UsageError('--replace is for a new run; --resume goes on with one that has it already');
  return named;
}

function commandToResume(values: Values): string {
  const flags = (['recipe', 'out', 'epochs', 'tokens', 'tensorboard', 'engine'] as const).flatMap((flag) =>
    values[flag] === undefined ? [] : [`--${flag} ${values[flag]}`],
  );
  return `npm run train -- ${flags.join(' ')} --resume`;
}

/** The checkpoint that a recipe begins with. Null: random weights. Throws `CheckpointError`. */
async function readInitial({ initialCheckpoint: name }: Recipe): Promise<Checkpoint | null> {
  return name === null ? null : loadCheckpoint(checkpointFolder(checkpointsRoot(), name));
}

/** The Song poems. Null, with a note, if their corpus was not built. */
async function readSong(): Promise<Corpus | null> {
  if (existsSync(SONG_PATH)) return readCorpus(SONG_PATH);
  console.error(
    `note: there is no ${SONG_PATH}, so this run learns from the corpus alone; \`npm run corpus -- --song\` builds it`,
  );
  return null;
}

/** The recipe with the length that was asked for. `--tokens` scales the epochs of both stages alike. */
function withLength(
  recipe: Recipe,
  asked: Pick<Values, 'epochs' | 'tokens'>,
  corpus: Corpus,
  pretraining: Corpus | null,
): Recipe {
  if (asked.epochs !== undefined) return { ...recipe, epochs: positive('epochs', asked.epochs) };
  if (asked.tokens === undefined) return recipe;
  const own = recipe.epochs * predictionsPerEpoch(corpus.poems, recipe);
  const before =
    recipe.pretraining && pretraining
      ? recipe.pretraining.epochs * predictionsPerEpoch(pretraining.poems, recipe)
      : 0;
  const share = positive('tokens', asked.tokens) / (own + before);
  return {
    ...recipe,
    epochs: recipe.epochs * share,
    pretraining: recipe.pretraining && { ...recipe.pretraining, epochs: recipe.pretraining.epochs * share },
  };
}
