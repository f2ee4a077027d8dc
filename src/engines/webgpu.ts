/** The webgpu engine: any GPU through Dawn, which the `webgpu` package contains prebuilt (Vulkan, Metal or Direct3D 12). */

import { existsSync, readdirSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../system/message-of.ts';
import { type EngineBackend, EngineUnavailable } from './engine-backend.ts';

/** The parts of the WebGPU standard that are used here. Its full types come with an optional package. */
interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
  };
}

interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}

interface Dawn {
  create(flags: readonly string[]): Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

const REINSTALL = 'npm ci --include=optional brings its packages';
const DRIVER =
  process.platform === 'linux'
    ? "it needs the graphics card's Vulkan driver"
    : "it needs the graphics card's driver";

/** Software adapters that run on the processor: correct, but far slower than the wasm engine. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/** Looks for graphics devices in /dev on Linux. Loading Dawn only to find none would cost `auto` time. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  if (['/dev/nvidia0', '/dev/dxg', '/dev/kgsl-3d0'].some((path) => existsSync(path))) return true;
  return existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
}

async function loadDawn(): Promise<Dawn> {
  // The name is a variable, so that the compiler does not require an optional package.
  const name: string = 'webgpu';
  try {
    return (await import(name)) as Dawn;
  } catch (error) {
    throw new EngineUnavailable(`the webgpu package does not load: ${message(error)}`, REINSTALL);
  }
}

/**
 * The entry object of Dawn. There is one per thread, because objects made by one entry must not outlive it.
 * When the TensorFlow.js backend is imported, it reads `navigator.gpu` and the constants of the standard from the global
 * object. So both are put there.
 */
async function openGpu(): Promise<Gpu> {
  // Node 20 has no navigator.
  if (!('navigator' in globalThis)) {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  }
  const navigator: { gpu?: Gpu } = Reflect.get(globalThis, 'navigator');
  if (navigator.gpu !== undefined) return navigator.gpu;
  const dawn = await loadDawn();
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  return gpu;
}

function isSoftware(adapter: Adapter): boolean {
  const { vendor, architecture, device, description } = adapter.info;
  return (
    adapter.isFallbackAdapter === true || SOFTWARE.test([vendor, architecture, device, description].join(' '))
  );
}

function describe({ info }: Adapter): string {
  const name = info.description || info.device || info.architecture;
  return [info.vendor, name].filter((part) => part !== '').join(' ') || 'unnamed adapter';
}

export const webgpu: EngineBackend = {
  name: 'webgpu',

  async start(byName) {
    if (!byName && !mayHaveGpu()) throw new EngineUnavailable('no graphics device');
    const gpu = await openGpu();
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) throw new EngineUnavailable('no graphics adapter answers', DRIVER);
    const device = describe(adapter);
    if (!byName && isSoftware(adapter)) throw new EngineUnavailable(`${device} is a software adapter`);

    const name: string = '@tensorflow/tfjs-backend-webgpu';
    await import(name).catch((error: unknown) => {
      throw new EngineUnavailable(`${name} does not load: ${message(error)}`, REINSTALL);
    });
    if (!(await tf.setBackend('webgpu'))) throw new EngineUnavailable(`${device} does not start`, DRIVER);
    return { device, version: tf.version_core };
  },
};

function message(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}
