/** The sentence that says how long a run will take. `time-left.ts` measures it. */

import type { EngineName } from '../engines/names.ts';
import { findAddonPackage, SETUP_COMMAND } from '../engines/tensorflow-home.ts';
import { duration } from './progress.ts';

/** After a smaller share of a recipe, what a model writes is nonsense. */
const FEWEST = 0.05;
/**
 * How many times as fast as wasm TensorFlow learns on a processor, at least and at most. Its vectors are two to four times as
 * wide. Measured: docs/measurements.md.
 */
const TENSORFLOW_GAIN = { least: 1.5, most: 3 };

export interface RunLength {
  /** The step after which this session begins. */
  readonly step: number;
  readonly totalSteps: number;
  /** The session ends after this time; infinite means never. */
  readonly limitMs: number;
  readonly engine: EngineName;
}

/** The estimate in words, and what installing TensorFlow would make of it. */
export function describeEstimate(
  { step, totalSteps, limitMs, engine }: RunLength,
  msLeft: number,
  installed: boolean = findAddonPackage() !== null,
): string {
  const { least, most } = TENSORFLOW_GAIN;
  const remedy =
    engine === 'wasm' && !installed
      ? `; with TensorFlow, which ${SETUP_COMMAND} installs, ${duration(msLeft / most)} to ${duration(msLeft / least)}`
      : '';
  const whole = `the run takes about ${duration(msLeft)} on ${engine}${remedy}`;
  if (msLeft <= limitMs) return whole;
  const reached = Math.min(totalSteps, step + Math.floor((limitMs * (totalSteps - step)) / msLeft));
  const share = reached / totalSteps;
  const percent = `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  const nonsense = share < FEWEST ? ', and a model that learned so little writes nonsense' : '';
  return `${whole}; --minutes ends it after about ${reached} of ${totalSteps} steps (${percent})${nonsense}`;
}
