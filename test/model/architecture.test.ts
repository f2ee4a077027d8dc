import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const BUILD = new URL('../../dist/src/', import.meta.url);

/** TensorFlow.js makes its one engine as it is loaded. */
function loadsTensors(module: string): boolean {
  const program = `await import('${new URL(module, BUILD)}'); console.log('_tfengine' in globalThis);`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program]).toString());
}

it.each(['model/checkpoint.js', 'service/embedded.js', 'bot/discord/front.js'])(
  '%s loads no tensors',
  (module) => {
    expect(loadsTensors(module)).toBe(false);
  },
);

it('is seen where tensors are loaded', () => {
  expect(loadsTensors('training/network/network.js')).toBe(true);
});
