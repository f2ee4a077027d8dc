/** The sentence that says how long a run will take. `time-left.ts` measures it. */

import type { EngineName } from '../engines/names.ts';
import { findAddonPackage, SETUP_COMMAND } from '../engines/tensorflow-home.ts';
import { duration } from './progress.ts';

/** After a smaller share of a recipe, what a model writes is nonsense. */
const FEWEST = 0.05;
/**
 * How many times as fast as our kernels TensorFlow learns on a processor, at least and at most, in networks of more than
 * {@link SMALL_HIDDEN} units a layer; the most is with bfloat16. In smaller ones it is not faster: its products are small,
 * and each operation has its cost. docs/measurements.md has the measurements.
 */
const TENSORFLOW_GAIN = { least: 1.2, most: 3 };
const SMALL_HIDDEN = 256;

export interface RunLength {
  /** The step after which this session begins. */
  readonly step: number;
  readonly totalSteps: number;
  /** The session ends after this time; infinite means never. */
  readonly limitMs: number;
  readonly engine: EngineName;
  /** Units in a layer. */
  readonly hidden: number;
  /** Whether the run begins with the weights of a checkpoint, which writes already. */
  readonly continued?: boolean;
}

/** The estimate in words, and what installing TensorFlow would make of it. */
export function describeEstimate(
  { step, totalSteps, limitMs, engine, hidden, continued = false }: RunLength,
  msLeft: number,
  installed: boolean = findAddonPackage() !== null,
): string {
  const remedy = engine === 'wasm' && !installed ? withTensorFlow(hidden, msLeft) : '';
  const whole = `the run takes about ${duration(msLeft)} on ${engine}${remedy}`;
  if (msLeft <= limitMs) return whole;
  const reached = Math.min(totalSteps, step + Math.floor((limitMs * (totalSteps - step)) / msLeft));
  const share = reached / totalSteps;
  const percent = `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  const nonsense = share < FEWEST && !continued ? ', and a model that learned so little writes nonsense' : '';
  return `${whole}; --minutes ends it after about ${reached} of ${totalSteps} steps (${percent})${nonsense}`;
}

function withTensorFlow(hidden: number, msLeft: number): string {
  if (hidden <= SMALL_HIDDEN)
    return `; TensorFlow (${SETUP_COMMAND}) is no faster at this size, unless it has a GPU`;
  const { least, most } = TENSORFLOW_GAIN;
  const range = `${duration(msLeft / most)} to ${duration(msLeft / least)}`;
  return `; with TensorFlow, which ${SETUP_COMMAND} installs, ${range}, and less on a GPU`;
}
