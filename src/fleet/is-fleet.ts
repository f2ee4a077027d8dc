/** Tells the two kinds of inference apart without loading what the fleet needs. */

import type { Inference } from '../service/inference.ts';
import type { Fleet } from './fleet-inference.ts';

export function isFleet(inference: Inference): inference is Fleet {
  return 'deliver' in inference;
}
