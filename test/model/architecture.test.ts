import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const BUILD = new URL('../../dist/src/', import.meta.url);

/** Whether a module of the build loads TensorFlow.js, which creates a global engine when it is loaded. */
function loadsTensors(module: string): boolean {
  const program = `await import('${new URL(module, BUILD)}'); console.log('_tfengine' in globalThis);`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program]).toString());
}

it.each(['model/checkpoint.js', 'service/embedded.js', 'bot/discord/interaction-handler.js'])(
  '%s does not load TensorFlow.js',
  (module) => {
    expect(loadsTensors(module)).toBe(false);
  },
);

it('is detected if a module does load TensorFlow.js', () => {
  expect(loadsTensors('training/network/network.js')).toBe(true);
});
