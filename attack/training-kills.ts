/**
 * Kills a training run at random moments, and resumes it. What is on disk can be loaded after each kill, and the finished
 * run has the same weights as one that was never killed.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCheckpoint } from '../src/model/checkpoint.ts';
import { repositoryRoot } from '../src/system/package-root.ts';
import { readState } from '../src/training/state-file.ts';
import { SMALL_RECIPE, smallCorpus } from '../test/training/fixtures/small-run.ts';
import type { Attack, Tally } from './attack.ts';

const RUN = join(repositoryRoot(), 'test', 'training', 'fixtures', 'endless-run.mjs');
/** So long that a run is killed several times before its end. */
const EPOCHS = 12;
/** A run is killed at some time after its first step and before this many milliseconds more. */
const KILL_WITHIN_MS = 400;

export const trainingKills: Attack = {
  name: 'kills of training',
  what: 'a run is killed and resumed; all that is saved loads, and the weights at the end are the same',
  tries: { full: 81, quick: 4 },
  async run(tally, { random, folder }) {
    const whole = join(folder, 'whole');
    await train(whole);
    const expected = await weightsOf(whole);
    for (let run = 1; !tally.isOver; run++) {
      const killed = join(folder, `killed${run}`);
      let finished = false;
      while (!finished) {
        // After the last kill the run ends by itself.
        finished = await train(killed, tally.isOver ? null : random.below(KILL_WITHIN_MS));
        if (!finished) {
          tally.tried++;
          await look(tally, killed);
        }
      }
      tally.count('finished runs');
      if ((await weightsOf(killed)) !== expected) tally.fault(`run ${run} ended with other weights`);
      await rm(killed, { recursive: true });
    }
  },
};

/** Starts or resumes a run, and kills it so many milliseconds after its first step. Returns whether it finished. */
async function train(folder: string, killAfterMs: number | null = null): Promise<boolean> {
  const recipe = { ...SMALL_RECIPE, epochs: EPOCHS };
  const task = JSON.stringify({ recipe, corpus: smallCorpus(), folder, saveInterval: 0 });
  const child = spawn(process.execPath, [RUN, task], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  let timer: NodeJS.Timeout | undefined;
  child.stdout.once('data', () => {
    if (killAfterMs !== null) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  child.stdout.resume();
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (code === 0) return true;
  if (signal !== 'SIGKILL') throw new Error(`the run ended with ${code ?? signal}: ${stderr.slice(-500)}`);
  return false;
}

async function look(tally: Tally, folder: string): Promise<void> {
  const state = join(folder, 'run', 'state.bin');
  const card = join(folder, 'card.json');
  try {
    const about = existsSync(state) ? await readState(state) : null;
    const checkpoint = existsSync(card) ? await loadCheckpoint(folder) : null;
    tally.count(about === null ? 'kills before the first save' : 'kills after a save');
    // The state is saved before the checkpoint.
    const steps = checkpoint?.card.training.steps ?? 0;
    if (steps > (about?.state.step ?? 0)) tally.fault(`the checkpoint is ahead of the state: ${steps}`);
  } catch (error) {
    tally.fault(`what a kill left cannot be loaded: ${error}`);
  }
}

async function weightsOf(folder: string): Promise<string> {
  return (await loadCheckpoint(folder)).card.weights.sha256;
}
