import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fastestProducts, float32Products } from '../../src/decoding/product-kinds.ts';
import { startEngine } from '../../src/engines/engine.ts';
import { computesOnProcessor } from '../../src/engines/tensorflow.ts';
import { readHomeManifest, tensorflowHome } from '../../src/engines/tensorflow-home.ts';
import type { Proof } from '../../tools/tensorflow/prove.ts';
import { freesWhatItAllocates, parityWithCpu, whyNot } from './parity.ts';

await parityWithCpu('tensorflow');
freesWhatItAllocates('tensorflow');

// `parityWithCpu` says why not, or fails if the engine is required.
const available = (await whyNot('tensorflow')) === null;

it.skipIf(!available || !computesOnProcessor())(
  'leaves decoding on a processor to our kernels, except for products in bfloat16',
  async () => {
    await startEngine('tensorflow');
    expect(float32Products()).toBe('kernels-float32');
    const hasIt = readFileSync('/proc/cpuinfo', 'utf8').includes('_bf16');
    expect(fastestProducts()).toBe(hasIt ? 'engine-bfloat16' : 'kernels-int16');
  },
);

const home = tensorflowHome();
const manifest = readHomeManifest(home);

// Only the installer writes a manifest; a TensorFlow that npm installed has none.
describe.skipIf(manifest === null)('TensorFlow from npm run setup:tensorflow', () => {
  it('computes, and writes nothing else to the terminal', { timeout: 60_000 }, async () => {
    const { TF_CPP_MIN_LOG_LEVEL: _, ...env } = process.env;
    const program = ['dist/tools/tensorflow/prove.js', `${home}/node_modules/@tensorflow/tfjs-node-gpu`];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, program, { env });
    expect(stderr).toBe('');
    const proof: Proof = JSON.parse(stdout);
    expect(proof.version).toBe(manifest?.tensorflow);
    expect(proof.gigaflops).toBeGreaterThan(0);
  });
});
