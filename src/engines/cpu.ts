/** Plain JavaScript: runs everywhere and is some fifty times slower than wasm. The oracle of the parity tests. */

import * as tf from '@tensorflow/tfjs-core';
import type { EngineBackend } from './engine-backend.ts';
import { processorName } from './processor.ts';

export const cpu: EngineBackend = {
  name: 'cpu',

  async start() {
    const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    return { device: processorName(), version: version_cpu };
  },
};
