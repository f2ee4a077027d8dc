/**
 * The cpu engine: plain JavaScript. It runs everywhere and is about 50 times slower than wasm. Parity tests use it as the
 * reference.
 */

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
