/** What is learned when: the stages of a run, one after another, and where in them a step stands. */

import type { Batch } from './batch.ts';
import type { Dataset } from './dataset.ts';

export interface Stage {
  readonly dataset: Dataset;
  /** Passes over the training split; fractions are allowed. */
  readonly epochs: number;
  readonly dropout: number;
}

/** The batch of a step, and how much is dropped out in it. */
export interface CurriculumBatch {
  readonly batch: Batch;
  readonly dropout: number;
}

export class Curriculum {
  readonly #stages: readonly (Stage & { readonly first: number; readonly steps: number })[];
  readonly totalSteps: number;

  constructor(stages: readonly Stage[]) {
    let first = 0;
    this.#stages = stages.map((stage) => {
      const steps = Math.max(1, Math.round(stage.epochs * stage.dataset.batchesPerEpoch));
      first += steps;
      return { ...stage, first: first - steps, steps };
    });
    this.totalSteps = first;
  }

  /** Passes done after `step` steps, those of all stages together, with fractions. */
  epochs(step: number): number {
    const done = this.#stages.map(
      ({ dataset, first, steps }) => Math.min(Math.max(step - first, 0), steps) / dataset.batchesPerEpoch,
    );
    return done.reduce((sum, passes) => sum + passes, 0);
  }

  /** What is left after `step` steps. The same step always has the same lesson. */
  *after(step: number): Generator<CurriculumBatch> {
    for (const { dataset, dropout, first, steps } of this.#stages) {
      const perEpoch = dataset.batchesPerEpoch;
      let at = Math.max(step - first, 0);
      while (at < steps) {
        let skip = at % perEpoch;
        for (const batch of dataset.trainingEpoch(Math.floor(at / perEpoch))) {
          if (skip-- > 0) continue;
          yield { batch, dropout };
          if (++at >= steps) break;
        }
      }
    }
  }
}
