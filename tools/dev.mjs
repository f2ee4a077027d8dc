/**
 * `npm run dev`: builds, starts the program, and builds and starts it again on every change.
 *
 * The TypeScript compiler watches its own sources, and says when a build is whole. The kernels are compiled here if a
 * file of `src/kernels/assembly` changes. While there are compile errors the program of the last good build runs on.
 */

import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ASSEMBLYSCRIPT, compile, forgetBuild, ROOT, TYPESCRIPT } from './build.mjs';

const ENTRY = 'dist/src/bot/main.js';
/** Editors write a file in several steps. */
const SETTLE_MS = 200;

/** The running program, or null. */
let program = null;
/** True between the signal to stop and the new start. */
let restarting = false;
/** True from the first request to stop everything. */
let stopping = false;

// The compiler writes to `dist` from now on, so the stamp of the last whole build no longer holds.
forgetBuild();
const kernelsCode = compile(ASSEMBLYSCRIPT);
if (kernelsCode !== 0) process.exit(kernelsCode);

const compiler = spawn(
  process.execPath,
  [join(ROOT, TYPESCRIPT.program), ...TYPESCRIPT.arguments, '--watch', '--preserveWatchOutput'],
  { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
);
createInterface({ input: compiler.stdout }).on('line', (line) => {
  if (line !== '') process.stderr.write(`${line}\n`);
  if (line.includes(' - Found 0 errors.')) restart();
});

let settling;
watch(join(ROOT, 'src/kernels/assembly'), () => {
  clearTimeout(settling);
  settling = setTimeout(() => {
    if (compile(ASSEMBLYSCRIPT) === 0) restart();
  }, SETTLE_MS);
});

// A terminal sends Ctrl-C to the program too, so only SIGTERM is passed on. The program may take a while to stop.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopping = true;
    compiler.kill();
    if (program === null) process.exit();
    if (signal === 'SIGTERM') program.kill(signal);
  });
}

function restart() {
  if (program === null) start();
  else if (!restarting) {
    restarting = true;
    program.kill('SIGTERM');
  }
}

function start() {
  program = spawn(process.execPath, [ENTRY, ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
  program.once('exit', () => {
    program = null;
    if (stopping) process.exit();
    if (restarting) {
      restarting = false;
      start();
    } else process.stderr.write('The program has ended. It starts again on the next change.\n');
  });
}
