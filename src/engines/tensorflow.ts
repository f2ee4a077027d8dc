/**
 * The tensorflow engine: TensorFlow's C library through the addon of `@tensorflow/tfjs-node-gpu`. It computes on a CUDA
 * GPU if the library was built for one and finds it, otherwise on the processor.
 */

import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../system/message-of.ts';
import { type EngineBackend, EngineUnavailable, type StartedEngine } from './engine-backend.ts';
import { readNvidia } from './nvidia.ts';
import { processorName } from './processor.ts';
import { findAddonPackage, SETUP_COMMAND } from './tensorflow-home.ts';

/** The part of the registered backend object that is used here. Its full types come with an optional package. */
interface TensorFlowBackend extends tf.KernelBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

/**
 * Sets what TensorFlow reads from the environment of the process when it loads. A worker thread normally has a copy of
 * that environment, so a thread that starts this engine must be created with `env: SHARE_ENV`.
 */
function setDefaults(): void {
  // Log fatal errors only. TensorFlow's banners would appear between the lines of the terminal.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  // Take GPU memory as needed. By default the first process takes nearly all memory of the card.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
}

/** The package calls two functions of `node:util`. Node 22 warns about them at each start, and Node 23 removed them. */
function replaceRemovedUtilities(): void {
  const util = createRequire(import.meta.url)('node:util') as {
    isNullOrUndefined: (value: unknown) => boolean;
    isArray: (value: unknown) => boolean;
  };
  util.isNullOrUndefined = (value) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

/**
 * Loads the addon package in `folder` and makes its backend the current one of this thread.
 * Throws {@link EngineUnavailable} if its library does not load.
 */
export async function loadTensorFlow(folder: string): Promise<StartedEngine & { readonly gpu: boolean }> {
  setDefaults();
  replaceRemovedUtilities();
  try {
    // Loading it registers the backend. `require` is needed because the package is CommonJS at a path of our own.
    createRequire(import.meta.url)(folder);
  } catch (error) {
    const remedy = `${SETUP_COMMAND} -- --remove, then ${SETUP_COMMAND}, rebuilds it`;
    throw new EngineUnavailable(`its library does not load: ${firstLine(error)}`, remedy);
  }
  await tf.setBackend('tensorflow');
  const { binding, isUsingGpuDevice: gpu } = tf.backend() as TensorFlowBackend;
  const card = gpu ? ((await readNvidia())?.[0]?.name ?? 'GPU') : null;
  return { device: card ?? processorName(), version: binding.TF_Version, gpu };
}

/** Whether TensorFlow computes on the processor. This thread's engine must be TensorFlow. */
export function computesOnProcessor(): boolean {
  return !(tf.backend() as TensorFlowBackend).isUsingGpuDevice;
}

export const tensorflow: EngineBackend = {
  name: 'tensorflow',

  async start() {
    const folder = findAddonPackage();
    if (folder === null) {
      throw new EngineUnavailable('its library is not installed', `${SETUP_COMMAND} installs it`);
    }
    const { device, version } = await loadTensorFlow(folder);
    return { device, version };
  },
};

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}
