import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCheckpoint } from '../../src/model/checkpoint.ts';
import { saveCheckpoint } from '../../src/model/save-checkpoint.ts';
import { initialParameters } from '../../src/training/network/network.ts';
import { RunFolder, statePath } from '../../src/training/run-folder.ts';
import { readState, writeState } from '../../src/training/state-file.ts';
import { architecture, vocabulary } from '../model/trial-network.ts';
import { disk, Killed } from './fixtures/faulty-disk.ts';

vi.mock('node:fs/promises', async (original) => {
  const { faultyDisk } = await import('./fixtures/faulty-disk.ts');
  return faultyDisk(await original());
});

/** The steps after which the runs of these tests save. The last one ends the run. */
const STEPS = [0, 1] as const;
const LAST = 1;
/** A step that no run of these tests takes. */
const OLD = 9;

let root: string;
const k = () => join(root, 'k');

beforeEach(async () => {
  disk.reset();
  root = await mkdtemp(join(tmpdir(), 'shiren-kill-'));
});
afterEach(async () => {
  disk.reset();
  await rm(root, { recursive: true, force: true });
});

/** A finished or unfinished run that lies there already. */
async function place(folder: string, steps: number): Promise<void> {
  await mkdir(join(folder, 'run'), { recursive: true });
  await save({ path: folder, state: statePath(folder) }, steps);
}

/** Saves as a run does after that step. */
async function save(folder: { readonly path: string; readonly state: string }, steps: number): Promise<void> {
  const parameters = initialParameters(architecture, 1 + steps);
  await writeState(folder.state, { step: steps, parameters, slots: new Map() }, { steps });
  await saveCheckpoint(
    folder.path,
    { architecture, parameters, vocabulary, type: 'float32' },
    {
      recipe: { name: 'trial' },
      corpus: { source: 'a test', sha256: '0'.repeat(64), poems: 3 },
      training: {
        steps,
        epochs: steps,
        tokens: 10 * steps,
        seconds: steps,
        finished: steps === LAST || steps === OLD,
        engine: { name: 'cpu', device: 'a test', version: '1' },
      },
      heldOut: { validation: null, test: null },
    },
  );
}

/** A run from its start, or from its state, to its end. A kill frees the lock, so it is freed here in any case. */
async function run(options: { resuming: boolean; replace: boolean }): Promise<void> {
  const folder = await RunFolder.open(k(), options);
  try {
    const done = options.resuming ? (await readState(folder.state)).state.step : -1;
    for (const step of STEPS) {
      // A finished run that is resumed saves once more, and publishes.
      if (step > done || step === LAST) await save(folder, step);
    }
    await folder.publish();
  } finally {
    folder.close();
  }
}

const stepsOf = async (name: string) => (await loadCheckpoint(join(root, name))).card.training.steps;
const stateOf = async (name: string) => (await readState(statePath(join(root, name)))).state.step;
const isThere = async (path: string) =>
  readFile(path).then(
    () => true,
    () => false,
  );

/** Every file under the root, without the checksum in its name. */
async function files(): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replace(/-[0-9a-f]{8}/, ''),
    )
    .sort();
}

const ONE = ['card.json', 'run/state.bin', 'vocabulary.json', 'weights.bin'];

describe('a run that is killed at any call that writes', () => {
  it('leaves the old checkpoint or its finished one under the name, and ends as if it had not been killed', async () => {
    let killedAt = 0;
    for (let point = 1; killedAt === point - 1; point++) {
      await place(k(), OLD);
      disk.reset(point);
      await run({ resuming: false, replace: true }).catch((error) => {
        expect(error).toBeInstanceOf(Killed);
        killedAt = point;
      });
      disk.reset();
      // A bot that starts now serves whole weights: the old ones, or those of the finished run.
      expect([OLD, LAST]).toContain(await stepsOf('k'));
      if (killedAt === point) {
        const resuming = await isThere(statePath(`${k()}.new`));
        if (resuming || (await stepsOf('k')) === OLD) await run({ resuming, replace: true });
        else await run({ resuming: true, replace: false });
      }
      expect([await stepsOf('k'), await stateOf('k'), await stepsOf('k.1'), await stateOf('k.1')]).toEqual([
        LAST,
        LAST,
        OLD,
        OLD,
      ]);
      expect(await files()).toEqual(['k.1', 'k'].flatMap((folder) => ONE.map((file) => `${folder}/${file}`)));
      await rm(root, { recursive: true });
    }
    // The last round was not killed, so every call was the last one once.
    expect(killedAt).toBeGreaterThan(50);
  }, 120_000);

  it('under a new name goes on from its state, or begins anew if it has none', async () => {
    let killedAt = 0;
    for (let point = 1; killedAt === point - 1; point++) {
      disk.reset(point);
      await run({ resuming: false, replace: false }).catch((error) => {
        expect(error).toBeInstanceOf(Killed);
        killedAt = point;
      });
      disk.reset();
      if (killedAt === point) await run({ resuming: await isThere(statePath(k())), replace: false });
      expect([await stepsOf('k'), await stateOf('k')]).toEqual([LAST, LAST]);
      expect(await files()).toEqual(ONE.map((file) => `k/${file}`));
      await rm(root, { recursive: true });
    }
    expect(killedAt).toBeGreaterThan(20);
  }, 120_000);
});

describe('a run of an older version, killed between its two renames', () => {
  it('is found by its state and takes its name', async () => {
    await place(k(), OLD);
    await place(`${k()}.new`, 0);
    await rename(k(), `${k()}.1`);
    await run({ resuming: true, replace: false });
    expect([await stepsOf('k'), await stepsOf('k.1')]).toEqual([LAST, OLD]);
    expect((await readdir(root)).sort()).toEqual(['k', 'k.1']);
  });

  it('is not taken for the finished run beside it if it was killed before the first of them', async () => {
    await place(k(), OLD);
    await place(`${k()}.new`, 0);
    const folder = await RunFolder.open(k(), { resuming: true, replace: false });
    expect((await readState(folder.state)).state.step).toBe(0);
    folder.close();
  });
});
