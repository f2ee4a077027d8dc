/**
 * A training run in its folder: begins or resumes, evaluates and saves as it goes, and can be stopped or killed
 * at any moment. The checkpoint that is served and the state from which the run goes on are both written whole.
 */

import { appendFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { EngineInfo } from '../engines/engine.ts';
import type { HeldOutScores } from '../model/card.ts';
import { type NoveltyIndexes, saveCheckpoint } from '../model/checkpoint.ts';
import { fromHalf, toHalf } from '../model/half.ts';
import { Vocabulary } from '../model/vocabulary.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { writeWhole } from '../system/atomic-write.ts';
import { LineIndex } from '../text-index/line-index.ts';
import { RunIndex } from '../text-index/ngram-filter.ts';
import { type Corpus, CorpusError } from './corpus/corpus.ts';
import { drawLossCurve, type LogEntry } from './curve.ts';
import { Dataset } from './dataset.ts';
import { DeviceMonitor } from './device-monitor.ts';
import { scoreBatches } from './evaluation.ts';
import { toTensors } from './network/network.ts';
import type { Recipe } from './recipes.ts';
import { type About, pathsIn, readLog, resume, setAside } from './run-folder.ts';
import { writeState } from './state-file.ts';
import { type StepReport, Trainer } from './trainer.ts';

const SAVE_INTERVAL_MS = 60_000;

export interface RunOptions {
  readonly recipe: Recipe;
  readonly corpus: Corpus;
  /** The Song poems, where the recipe has an earlier stage. */
  readonly earlier: Corpus | null;
  readonly engine: EngineInfo;
  /** The checkpoint's folder. */
  readonly folder: string;
  readonly resume: boolean;
  /** Stops after so many milliseconds; never, where it is infinite. */
  readonly limitMs: number;
  /** Saves so often, besides the end; a minute, where it is not given. */
  readonly saveIntervalMs?: number;
  /** Aborting stops the run after the step under way. */
  readonly signal: AbortSignal;
  readonly onStep: (
    step: StepReport,
    run: { readonly trainer: Trainer; readonly tokensPerSecond: number },
  ) => void;
  readonly onEvaluation: (entry: LogEntry) => void;
}

export interface RunResult {
  readonly finished: boolean;
  readonly steps: number;
  readonly totalSteps: number;
}

/** Trains. Throws `CheckpointError`, `CorpusError`, `StateError` and `DivergenceError`, saying what is wrong. */
export async function train(options: RunOptions): Promise<RunResult> {
  const { recipe, corpus, earlier, folder } = options;
  const dataset = openDataset(recipe, corpus);
  const earlierDataset = earlier ? new Dataset(earlier.poems, dataset.vocabulary, recipe) : null;
  const corpora = earlier ? `${corpus.hash}+${earlier.hash}` : corpus.hash;
  const resumed = options.resume ? await resume(pathsIn(folder).state, recipe, corpora) : null;
  const trainer = new Trainer(recipe, dataset, earlierDataset, resumed?.state);
  // What stands under the name already stays there, and may be served, until there is something to take its place.
  const replaces = !resumed && (await stat(folder).catch(() => null)) !== null;
  let place = replaces ? `${folder}.new` : folder;
  if (replaces) await rm(place, { recursive: true, force: true });
  let paths = pathsIn(place);
  await mkdir(dirname(paths.state), { recursive: true });
  const clock = { seconds: resumed?.about.seconds ?? 0, tokens: resumed?.about.tokens ?? 0 };
  const log = resumed ? await readLog(paths.log, trainer.step) : [];
  await writeWhole(paths.log, log.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const novelty = indexPoems(corpus, earlier);
  let validation = log.at(-1)?.validation ?? null;
  const monitor = new DeviceMonitor();

  const save = async (test: HeldOutScores | null): Promise<void> => {
    const state = await trainer.state();
    await writeState(paths.state, state, { recipe, corpus: corpora, ...clock } satisfies About);
    await saveCheckpoint(
      place,
      {
        architecture: trainer.architecture,
        parameters: state.parameters,
        vocabulary: dataset.vocabulary,
        type: recipe.stored,
        novelty,
      },
      {
        recipe: { ...recipe },
        corpus: { source: corpus.source, sha256: corpus.hash, poems: dataset.trainingPoems },
        earlier: earlier && { source: earlier.source, sha256: earlier.hash, poems: earlier.poems.length },
        training: {
          steps: trainer.step,
          epochs: trainer.epoch,
          tokens: clock.tokens,
          seconds: Math.round(clock.seconds),
          finished: trainer.finished,
          engine: {
            name: options.engine.name,
            device: options.engine.device,
            version: options.engine.version,
          },
        },
        heldOut: { validation, test },
      },
    );
    if (place !== folder && trainer.step > 0) {
      await setAside(folder);
      await rename(place, folder);
      place = folder;
      paths = pathsIn(place);
    }
  };

  const evaluate = async (window: Window): Promise<void> => {
    const device = monitor.read();
    validation = await trainer.evaluate('validation');
    const entry: LogEntry = {
      step: trainer.step,
      epoch: trainer.epoch,
      tokens: clock.tokens,
      seconds: Math.round(clock.seconds),
      trainingLoss: window.loss / window.tokens,
      validation,
      learningRate: window.learningRate,
      gradientNorm: window.norm / window.steps,
      tokensPerSecond: (1000 * window.tokens) / window.ms,
      device,
    };
    log.push(entry);
    await appendFile(paths.log, `${JSON.stringify(entry)}\n`);
    await writeWhole(paths.curve, await drawLossCurve(basename(folder), log));
    options.onEvaluation(entry);
  };

  try {
    if (!resumed) await save(null);
    const evaluateEvery = evaluationInterval(dataset.batchesPerEpoch, trainer.totalSteps);
    const deadline = performance.now() + options.limitMs;
    let savedAt = performance.now();
    let last = performance.now();
    let window = emptyWindow();
    monitor.begin();
    for await (const step of trainer.steps()) {
      const now = performance.now();
      addStep(window, step, now - last);
      clock.seconds += (now - last) / 1000;
      clock.tokens += step.tokens;
      options.onStep(step, { trainer, tokensPerSecond: (1000 * window.tokens) / window.ms });
      // Lets signals and timers in: the engine blocks this thread.
      await new Promise(setImmediate);
      const stopping = options.signal.aborted || now >= deadline;
      if (step.step % evaluateEvery === 0 || trainer.finished || stopping) {
        if (!options.signal.aborted) await evaluate(window);
        window = emptyWindow();
        monitor.begin();
      }
      if (trainer.finished || stopping) break;
      if (now - savedAt > (options.saveIntervalMs ?? SAVE_INTERVAL_MS)) {
        await save(null);
        savedAt = performance.now();
      }
      last = performance.now();
    }
    const test = options.signal.aborted ? null : await storedScores(trainer, dataset, recipe);
    await save(test);
    return { finished: trainer.finished, steps: trainer.step, totalSteps: trainer.totalSteps };
  } finally {
    monitor.close();
    trainer.dispose();
  }
}

/** Steps between evaluations: half an epoch, less in a run of few epochs, which is evaluated a dozen times. */
export function evaluationInterval(batchesPerEpoch: number, totalSteps: number): number {
  return Math.max(50, Math.ceil(Math.min(batchesPerEpoch / 2, totalSteps / 12)));
}

/** The data set of a recipe. Throws `CorpusError` where the corpus is too small for it. */
export function openDataset(recipe: Recipe, corpus: Corpus, vocabulary?: Vocabulary): Dataset {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const { split } of corpus.poems) counts[split]++;
  for (const [split, count] of Object.entries(counts)) {
    if (count === 0)
      throw new CorpusError(`the corpus has no poems in its ${split} split: it is too small to train on`);
  }
  const known =
    vocabulary ??
    Vocabulary.build(
      corpus.poems.filter(({ split }) => split === 'train').map(({ text }) => text),
      recipe.minimumCount,
    );
  return new Dataset(corpus.poems, known, recipe);
}

/**
 * What the training poems say, so that the model's poems do not repeat it: runs of all that was learned from, and the
 * corpus's own lines to find the nearest among.
 */
function indexPoems(corpus: Corpus, earlier: Corpus | null): NoveltyIndexes {
  const lines = trainingLines(corpus);
  const before = earlier ? trainingLines(earlier) : [];
  return { runs: RunIndex.build([...lines, ...before]).bytes, lines: LineIndex.build(lines).serialise() };
}

function trainingLines({ poems }: Corpus): string[] {
  return poems.filter(({ split }) => split === 'train').flatMap(({ text }) => verseLines(text));
}

/** Test scores of the weights as they will be stored. */
async function storedScores(trainer: Trainer, dataset: Dataset, recipe: Recipe): Promise<HeldOutScores> {
  const { parameters } = await trainer.state();
  const stored = new Map(
    [...parameters].map(([name, values]) => [
      name,
      recipe.stored === 'float16' ? fromHalf(toHalf(values)) : values,
    ]),
  );
  const tensors = toTensors(trainer.architecture, stored);
  try {
    return await scoreBatches(trainer.architecture, tensors, dataset.heldOut('test'));
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
}

/** What has happened since the last evaluation. */
interface Window {
  loss: number;
  tokens: number;
  norm: number;
  steps: number;
  ms: number;
  learningRate: number;
}

function emptyWindow(): Window {
  return { loss: 0, tokens: 0, norm: 0, steps: 0, ms: 0, learningRate: 0 };
}

function addStep(window: Window, step: StepReport, ms: number): void {
  window.loss += step.loss * step.tokens;
  window.tokens += step.tokens;
  window.norm += step.norm;
  window.steps++;
  window.ms += ms;
  window.learningRate = step.learningRate;
}
