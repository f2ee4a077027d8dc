/**
 * The curriculum of a run: its stages, one after another, and the batch of every step. A run that is resumed at a step
 * gets the same batches as one that was never interrupted.
 */

import type { Batch } from './batch.ts';

/** What a stage learns from. */
export interface StageData {
  readonly batchesPerEpoch: number;
  /** The batches of an epoch, which depend on its number only. */
  trainingEpoch(epoch: number): Iterable<Batch>;
}

export interface Stage {
  readonly dataset: StageData;
  /** Passes over the data; fractions are allowed. */
  readonly epochs: number;
  /** From 0 to 1. */
  readonly dropout: number;
}

/** The batch of one step, with the dropout of its stage. */
export interface CurriculumBatch {
  readonly batch: Batch;
  readonly dropout: number;
}

export class Curriculum {
  /** `first` is the number of steps before the stage. */
  readonly #stages: readonly (Stage & { readonly first: number; readonly steps: number })[];
  readonly totalSteps: number;

  /** A stage without epochs is left out. */
  constructor(stages: readonly Stage[]) {
    let first = 0;
    const taken = stages.filter(({ epochs }) => epochs > 0);
    this.#stages = taken.map((stage) => {
      const steps = Math.max(1, Math.round(stage.epochs * stage.dataset.batchesPerEpoch));
      first += steps;
      return { ...stage, first: first - steps, steps };
    });
    this.totalSteps = first;
  }

  /** Epochs done after `step` steps, of all stages together, with fractions. */
  epochs(step: number): number {
    return this.#stages.reduce((sum, { dataset, first, steps }) => {
      const done = Math.min(Math.max(step - first, 0), steps);
      return sum + done / dataset.batchesPerEpoch;
    }, 0);
  }

  /**
   * For each stage that is not over after `step` steps: how many it has left, and some of its batches, at most `most` of
   * them, drawn at random.
   */
  *remaining(step: number, most: number): Generator<{ readonly steps: number; readonly batches: Batch[] }> {
    for (const { dataset, first, steps } of this.#stages) {
      const left = Math.min(steps, first + steps - step);
      if (left <= 0) continue;
      const batches: Batch[] = [];
      for (const batch of dataset.trainingEpoch(0)) {
        batches.push(batch);
        if (batches.length === most) break;
      }
      yield { steps: left, batches };
    }
  }

  /** The batches that remain after `step` steps. */
  *after(step: number): Generator<CurriculumBatch> {
    for (const { dataset, dropout, first, steps } of this.#stages) {
      const perEpoch = dataset.batchesPerEpoch;
      let done = Math.max(step - first, 0);
      while (done < steps) {
        let skipped = done % perEpoch;
        for (const batch of dataset.trainingEpoch(Math.floor(done / perEpoch))) {
          if (skipped-- > 0) continue;
          yield { batch, dropout };
          if (++done >= steps) break;
        }
      }
    }
  }
}
