/**
 * A training run: it trains, evaluates and saves in turn, and can be stopped or killed at any moment. It writes two
 * things, both atomically: the checkpoint that the service loads, and the state from which the run resumes.
 */

import { basename } from 'node:path';
import type { HeldOutScores } from '../model/card.ts';
import { type CardDetails, type CorpusIndexes, saveCheckpoint } from '../model/save-checkpoint.ts';
import { DiskFullError, isDiskFull } from '../system/disk-full.ts';
import type { LogEntry } from './curve.ts';
import { DeviceMonitor } from './device-monitor.ts';
import { scoreStored } from './evaluation.ts';
import { type InitialWeights, initialState } from './initial-weights.ts';
import { RunFolder } from './run-folder.ts';
import { RunLog, readLog } from './run-log.ts';
import type { RunOptions, RunResult } from './run-options.ts';
import { type RunRecord, resume } from './run-record.ts';
import { writeState } from './state-file.ts';
import { StepWindow } from './step-window.ts';
import { type StepResult, Trainer } from './trainer.ts';
import { buildCorpusIndexes, openTrainingData, type TrainingData } from './training-data.ts';

const SAVE_INTERVAL_MS = 60_000;

/** Trains. Throws `CheckpointError`, `CorpusError`, `StateError`, `DivergenceError` and `DiskFullError`. */
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
  readonly initial: InitialWeights | null;
  readonly log: RunLog;
}

class TrainingRun {
  readonly #options: RunOptions;
  readonly #data: TrainingData;
  readonly #novelty: CorpusIndexes;
  readonly #trainer: Trainer;
  readonly #folder: RunFolder;
  readonly #resuming: boolean;
  readonly #log: RunLog;
  readonly #monitor = new DeviceMonitor();
  /** Time spent training and predictions learned from, all sessions together. */
  #seconds: number;
  #tokens: number;
  readonly #initial: InitialWeights | null;
  #validation: HeldOutScores | null;
  #window = new StepWindow();
  #savedAt = 0;

  private constructor(options: RunOptions, opened: Opened) {
    const { data, novelty, trainer, folder, record, initial, log } = opened;
    this.#options = options;
    this.#data = data;
    this.#novelty = novelty;
    this.#trainer = trainer;
    this.#folder = folder;
    this.#resuming = record !== null;
    this.#log = log;
    this.#seconds = record?.seconds ?? 0;
    this.#tokens = record?.tokens ?? 0;
    this.#initial = initial;
    this.#validation = log.last?.validation ?? null;
  }

  static async open(options: RunOptions): Promise<TrainingRun> {
    const { recipe, corpus, pretraining, ratings = null } = options;
    const data = openTrainingData(recipe, corpus, pretraining, ratings);
    const folder = await RunFolder.open(options.folder, {
      resuming: options.resume,
      replace: options.replace ?? false,
    });
    try {
      const resumed = options.resume ? await resume(folder.state, recipe, data.hash) : null;
      const begun =
        !resumed && options.initial ? initialState(options.initial, recipe, data.dataset.vocabulary) : null;
      const trainer = new Trainer(recipe, data, (resumed ?? begun)?.state);
      const entries = resumed ? await readLog(folder.log, trainer.step) : [];
      const log = new RunLog(folder, entries, options.onNote ?? (() => {}));
      const novelty = buildCorpusIndexes(corpus, pretraining, data.dataset.vocabulary);
      return new TrainingRun(options, {
        data,
        novelty,
        trainer,
        folder,
        record: resumed?.record ?? null,
        initial: resumed?.record.initial ?? begun?.initial ?? null,
        log,
      });
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /** Trains until the run is finished, its time is over, or it is told to stop. Saves at the end. */
  async train(): Promise<RunResult> {
    const { limitMs, signal } = this.#options;
    if (!this.#resuming) await this.#save(null);
    const { dataset } = this.#data;
    const interval = evaluationInterval(dataset.batchesPerEpoch, this.#trainer.totalSteps);
    this.#options.onStart?.({ folder: this.#folder.path, trainer: this.#trainer });
    if (!this.#trainer.finished) this.#options.onEstimate?.(await this.#trainer.estimateRemaining());
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
    return { finished, steps, totalSteps, folder: this.#folder.path };
  }

  close(): void {
    this.#folder.close();
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
    await this.#log.add(entry, basename(this.#options.folder));
    this.#options.onEvaluation(entry);
  }

  async #saveIfDue(now: number): Promise<void> {
    if (now - this.#savedAt <= (this.#options.saveIntervalMs ?? SAVE_INTERVAL_MS)) return;
    try {
      await this.#save(null);
    } catch (error) {
      if (!(error instanceof DiskFullError)) throw error;
      this.#options.onNote?.(error.message);
    }
    this.#savedAt = performance.now();
  }

  /** Throws {@link DiskFullError}. The last save is then still whole. */
  async #save(test: HeldOutScores | null): Promise<void> {
    try {
      await this.#write(test);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      throw new DiskFullError(
        `the disk is full: step ${this.#trainer.step} was not saved; make room, and the run goes on from its next save or with --resume`,
        { cause: error },
      );
    }
  }

  /** Writes the state and the checkpoint. */
  async #write(test: HeldOutScores | null): Promise<void> {
    const { recipe } = this.#options;
    const state = await this.#trainer.state();
    const record: RunRecord = {
      recipe,
      corpus: this.#data.hash,
      seconds: this.#seconds,
      tokens: this.#tokens,
      initial: this.#initial,
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
    if (this.#trainer.finished) await this.#folder.publish();
  }

  async #scoreTest(): Promise<HeldOutScores> {
    const { parameters } = await this.#trainer.state();
    const batches = this.#data.dataset.heldOut('test');
    return scoreStored(this.#trainer.architecture, parameters, this.#options.recipe.stored, batches);
  }

  #cardDetails(test: HeldOutScores | null): CardDetails {
    const { recipe, corpus, pretraining, ratings, engine } = this.#options;
    return {
      recipe: { ...recipe },
      corpus: { source: corpus.source, sha256: corpus.hash, poems: this.#data.dataset.trainingPoems },
      pretraining: pretraining && {
        source: pretraining.source,
        sha256: pretraining.hash,
        poems: pretraining.poems.length,
      },
      ratings: ratings ? { sha256: ratings.hash, poems: ratings.poems.length } : null,
      training: {
        steps: this.#trainer.step,
        epochs: this.#trainer.epoch,
        tokens: this.#tokens,
        initial: this.#initial,
        seconds: Math.round(this.#seconds),
        finished: this.#trainer.finished,
        engine: { name: engine.name, device: engine.device, version: engine.version },
      },
      heldOut: { validation: this.#validation, test },
    };
  }
}
