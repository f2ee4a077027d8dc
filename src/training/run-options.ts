/** What a training run is told, and what it returns. */

import type { EngineInfo } from '../engines/engine.ts';
import type { Checkpoint } from '../model/checkpoint.ts';
import type { Corpus } from './corpus/corpus.ts';
import type { LogEntry } from './curve.ts';
import type { Recipe } from './recipes.ts';
import type { Ratings } from './reward/ratings.ts';
import type { StepResult, Trainer } from './trainer.ts';

export interface RunOptions {
  readonly recipe: Recipe;
  readonly corpus: Corpus;
  /** The Song poems, if the recipe has a pretraining stage. */
  readonly pretraining: Corpus | null;
  /** Readers' ratings, if the recipe learns from them. */
  readonly ratings?: Ratings | null;
  /** The recipe's initial checkpoint. A run that is resumed needs none. */
  readonly initial?: Checkpoint;
  readonly engine: EngineInfo;
  /** The checkpoint's folder. */
  readonly folder: string;
  readonly resume: boolean;
  /** True if a new run may take the place of a checkpoint that has its name, which it does when it is finished. */
  readonly replace?: boolean;
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
  /** Gets the time in milliseconds that the run will take, before its first step. If it is left out, none is measured. */
  readonly onEstimate?: (ms: number) => void;
  /** Called when everything is read and the first step is about to begin. */
  readonly onStart?: (run: { readonly folder: string; readonly trainer: Trainer }) => void;
}

export interface RunResult {
  readonly finished: boolean;
  readonly steps: number;
  readonly totalSteps: number;
  /** Where the run lies now: under its own name, or in `NAME.new` if it is to replace a checkpoint when it is finished. */
  readonly folder: string;
}
