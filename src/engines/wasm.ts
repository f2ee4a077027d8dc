/** The wasm engine: WebAssembly with SIMD on one thread. It needs no native library, and it can train. */

import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type EngineBackend, EngineUnavailable } from './engine-backend.ts';
import { processorName } from './processor.ts';
import { registerUnsortedSegmentSum } from './wasm-segment-sum.ts';
import { replaceSlices } from './wasm-slice.ts';
import { replaceRowSum } from './wasm-sum.ts';

let prepared = false;

export const wasm: EngineBackend = {
  name: 'wasm',

  async start() {
    const { setWasmPaths, version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
    if (!prepared) {
      // Without a path the backend looks beside the started script. The path must be set before it starts.
      setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
      registerUnsortedSegmentSum();
      replaceSlices();
      replaceRowSum();
      prepared = true;
    }
    // setBackend returns false if the instantiation fails, and prints the cause on the console only.
    if (!(await tf.setBackend('wasm'))) throw new EngineUnavailable('its module could not be instantiated');
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    return { device: simd ? processorName() : `${processorName()} without SIMD`, version: version_wasm };
  },
};
