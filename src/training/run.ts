/**
 * A training run: it trains, evaluates and saves in turn, and can be stopped or killed at any moment. It writes two
 * things, both atomically: the checkpoint that the service loads, and the state from which the run resumes.
 */

import { appendFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { EngineInfo } from '../engines/engine.ts';
import type { HeldOutScores } from '../model/card.ts';
import { type CardDetails, type CorpusIndexes, saveCheckpoint } from '../model/save-checkpoint.ts';
import { writeAtomically } from '../system/atomic-write.ts';
import type { Corpus } from './corpus/corpus.ts';
import { drawLossCurve, type LogEntry } from './curve.ts';
import { DeviceMonitor } from './device-monitor.ts';
import { scoreStored } from './evaluation.ts';
import { PictureError } from './picture.ts';
import type { Recipe } from './recipes.ts';
import { RunFolder, type RunRecord, readLog, resume, statePath } from './run-folder.ts';
import { writeState } from './state-file.ts';
import { StepWindow } from './step-window.ts';
import { type StepResult, Trainer } from './trainer.ts';
import { buildCorpusIndexes, openTrainingData, type TrainingData } from './training-data.ts';

const SAVE_INTERVAL_MS = 60_000;

export interface RunOptions {
  readonly recipe: Recipe;
  readonly corpus: Corpus;
  /** The Song poems, if the recipe has a pretraining stage. */
  readonly pretraining: Corpus | null;
  readonly engine: EngineInfo;
  /** The checkpoint's folder. */
  readonly folder: string;
  readonly resume: boolean;
  /** The run stops after this time; infinite means never. */
  readonly limitMs: number;
  /** The time between two saves; default: a minute. The run also saves at its end. */
  readonly saveIntervalMs?: number;
  /** Aborting it stops the run after the current step. */
  readonly signal: AbortSignal;
  readonly onStep: (
    step: StepResult,
    run: { readonly trainer: Trainer; readonly tokensPerSecond: number },
  ) => void;
  readonly onEvaluation: (entry: LogEntry) => void;
  /** Gets a sentence for the operator, if the run has to do without something. */
  readonly onNote?: (sentence: string) => void;
}

export interface RunResult {
  readonly finished: boolean;
  readonly steps: number;
  readonly totalSteps: number;
}

/** Trains. Throws `CheckpointError`, `CorpusError`, `StateError` and `DivergenceError`. */
export async function train(options: RunOptions): Promise<RunResult> {
  const run = await TrainingRun.open(options);
  try {
    return await run.train();
  } finally {
    run.close();
  }
}

/** Steps between evaluations: half an epoch, or a twelfth of the run if that is shorter; at least 50. */
export function evaluationInterval(batchesPerEpoch: number, totalSteps: number): number {
  return Math.max(50, Math.ceil(Math.min(batchesPerEpoch / 2, totalSteps / 12)));
}

/** What a run has at its start: its data, the trainer, and what an earlier session left. */
interface Opened {
  readonly data: TrainingData;
  readonly novelty: CorpusIndexes;
  readonly trainer: Trainer;
  readonly folder: RunFolder;
  /** Of the session that this one resumes. */
  readonly record: RunRecord | null;
  readonly log: LogEntry[];
}

class TrainingRun {
  readonly #options: RunOptions;
  readonly #data: TrainingData;
  readonly #novelty: CorpusIndexes;
  readonly #trainer: Trainer;
  readonly #folder: RunFolder;
  readonly #resuming: boolean;
  readonly #log: LogEntry[];
  readonly #monitor = new DeviceMonitor();
  /** Time spent training and predictions learned from, all sessions together. */
  #seconds: number;
  #tokens: number;
  #validation: HeldOutScores | null;
  #window = new StepWindow();
  #savedAt = 0;
  #picturesMissing = false;

  private constructor(options: RunOptions, { data, novelty, trainer, folder, record, log }: Opened) {
    this.#options = options;
    this.#data = data;
    this.#novelty = novelty;
    this.#trainer = trainer;
    this.#folder = folder;
    this.#resuming = record !== null;
    this.#log = log;
    this.#seconds = record?.seconds ?? 0;
    this.#tokens = record?.tokens ?? 0;
    this.#validation = log.at(-1)?.validation ?? null;
  }

  static async open(options: RunOptions): Promise<TrainingRun> {
    const { recipe, corpus, pretraining } = options;
    const data = openTrainingData(recipe, corpus, pretraining);
    const resumed = options.resume ? await resume(statePath(options.folder), recipe, data.hash) : null;
    const trainer = new Trainer(recipe, data.dataset, data.pretraining, resumed?.state);
    const folder = await RunFolder.open(options.folder, { resuming: resumed !== null });
    const log = resumed ? await readLog(folder.log, trainer.step) : [];
    await writeAtomically(folder.log, log.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    const novelty = buildCorpusIndexes(corpus, pretraining);
    return new TrainingRun(options, { data, novelty, trainer, folder, record: resumed?.record ?? null, log });
  }

  /** Trains until the run is finished, its time is over, or it is told to stop. Saves at the end. */
  async train(): Promise<RunResult> {
    const { limitMs, signal } = this.#options;
    if (!this.#resuming) await this.#save(null);
    const { dataset } = this.#data;
    const interval = evaluationInterval(dataset.batchesPerEpoch, this.#trainer.totalSteps);
    const deadline = performance.now() + limitMs;
    this.#savedAt = performance.now();
    let stepStartedAt = performance.now();
    this.#beginWindow();
    for await (const step of this.#trainer.steps()) {
      const now = performance.now();
      this.#count(step, now - stepStartedAt);
      // Lets signals and timers in: the engine blocks this thread.
      await new Promise(setImmediate);
      const isLast = this.#trainer.finished || signal.aborted || now >= deadline;
      if (isLast || step.step % interval === 0) await this.#evaluate();
      if (isLast) break;
      await this.#saveIfDue(now);
      stepStartedAt = performance.now();
    }
    await this.#save(signal.aborted ? null : await this.#scoreTest());
    const { finished, step: steps, totalSteps } = this.#trainer;
    return { finished, steps, totalSteps };
  }

  close(): void {
    this.#monitor.close();
    this.#trainer.dispose();
  }

  #count(step: StepResult, ms: number): void {
    this.#window.add(step, ms);
    this.#seconds += ms / 1000;
    this.#tokens += step.tokens;
    const { tokensPerSecond } = this.#window;
    this.#options.onStep(step, { trainer: this.#trainer, tokensPerSecond });
  }

  #beginWindow(): void {
    this.#window = new StepWindow();
    this.#monitor.begin();
  }

  /** Scores the validation split and logs the result, unless the run is to stop at once. Begins a new window. */
  async #evaluate(): Promise<void> {
    if (!this.#options.signal.aborted) {
      const device = this.#monitor.read();
      this.#validation = await this.#trainer.evaluate('validation');
      const { trainingLoss, gradientNorm, tokensPerSecond, learningRate } = this.#window;
      await this.#record({
        step: this.#trainer.step,
        epoch: this.#trainer.epoch,
        tokens: this.#tokens,
        seconds: Math.round(this.#seconds),
        trainingLoss,
        validation: this.#validation,
        learningRate,
        gradientNorm,
        tokensPerSecond,
        device,
      });
    }
    this.#beginWindow();
  }

  async #record(entry: LogEntry): Promise<void> {
    this.#log.push(entry);
    await appendFile(this.#folder.log, `${JSON.stringify(entry)}\n`);
    await this.#drawCurve();
    this.#options.onEvaluation(entry);
  }

  /** Draws the log. Without the optional packages for pictures the run continues, and says so once. */
  async #drawCurve(): Promise<void> {
    try {
      const svg = await drawLossCurve(basename(this.#options.folder), this.#log);
      await writeAtomically(this.#folder.curve, svg);
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      if (!this.#picturesMissing) this.#options.onNote?.(error.message);
      this.#picturesMissing = true;
    }
  }

  async #saveIfDue(now: number): Promise<void> {
    if (now - this.#savedAt <= (this.#options.saveIntervalMs ?? SAVE_INTERVAL_MS)) return;
    await this.#save(null);
    this.#savedAt = performance.now();
  }

  /** Writes the state and the checkpoint. */
  async #save(test: HeldOutScores | null): Promise<void> {
    const { recipe } = this.#options;
    const state = await this.#trainer.state();
    const record: RunRecord = {
      recipe,
      corpus: this.#data.hash,
      seconds: this.#seconds,
      tokens: this.#tokens,
    };
    await writeState(this.#folder.state, state, record);
    const model = {
      architecture: this.#trainer.architecture,
      parameters: state.parameters,
      vocabulary: this.#data.dataset.vocabulary,
      type: recipe.stored,
      novelty: this.#novelty,
    };
    await saveCheckpoint(this.#folder.path, model, this.#cardDetails(test));
    if (this.#trainer.step > 0) await this.#folder.publish();
  }

  async #scoreTest(): Promise<HeldOutScores> {
    const { parameters } = await this.#trainer.state();
    const batches = this.#data.dataset.heldOut('test');
    return scoreStored(this.#trainer.architecture, parameters, this.#options.recipe.stored, batches);
  }

  #cardDetails(test: HeldOutScores | null): CardDetails {
    const { recipe, corpus, pretraining, engine } = this.#options;
    return {
      recipe: { ...recipe },
      corpus: { source: corpus.source, sha256: corpus.hash, poems: this.#data.dataset.trainingPoems },
      pretraining: pretraining && {
        source: pretraining.source,
        sha256: pretraining.hash,
        poems: pretraining.poems.length,
      },
      training: {
        steps: this.#trainer.step,
        epochs: this.#trainer.epoch,
        tokens: this.#tokens,
        seconds: Math.round(this.#seconds),
        finished: this.#trainer.finished,
        engine: { name: engine.name, device: engine.device, version: engine.version },
      },
      heldOut: { validation: this.#validation, test },
    };
  }
}
