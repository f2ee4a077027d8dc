/** The folder of the checkpoint that a training run writes, and how it takes the place of an older one. */

import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CARD, CheckpointError, readCard } from '../model/checkpoint.ts';
import { belongsToCheckpoint, copyCheckpoint } from '../model/save-checkpoint.ts';
import { PART, writeAtomically } from '../system/atomic-write.ts';
import { type FolderLock, lockFolder } from '../system/folder-lock.ts';

/**
 * The folder that a run writes to. If another checkpoint has the run's name, that checkpoint may be in use. A run that
 * may replace it writes to `NAME.new` until {@link publish}. One run at a time writes to a name.
 */
export class RunFolder {
  readonly #final: string;
  readonly #lock: FolderLock;
  #current: string;

  private constructor(final: string, current: string, lock: FolderLock) {
    this.#final = final;
    this.#current = current;
    this.#lock = lock;
  }

  /**
   * Finds the folder of the run to resume, or makes one for a new run. `folder` is where the checkpoint belongs in the
   * end. Completes what a killed run left undone. Throws `CheckpointError` if another run writes there, if there is no
   * run to resume, or if a new run would overwrite something.
   */
  static async open(
    folder: string,
    { resuming, replace }: { readonly resuming: boolean; readonly replace: boolean },
  ): Promise<RunFolder> {
    const lock = await lockFolder(folder);
    if (lock === null)
      throw new CheckpointError(`another run writes to ${folder}; wait for its end or stop it`);
    try {
      const current = resuming ? await folderToResume(folder) : await folderToBegin(folder, replace);
      await mkdir(dirname(statePath(current)), { recursive: true });
      return new RunFolder(folder, current, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get path(): string {
    return this.#current;
  }

  get state(): string {
    return statePath(this.#current);
  }

  get log(): string {
    return join(this.#current, 'train.jsonl');
  }

  /** The picture of the log. */
  get curve(): string {
    return join(this.#current, 'loss.svg');
  }

  /**
   * Puts the run in its final place. A checkpoint that is there is kept as `NAME.1`, `NAME.2` and so on. At every
   * moment a reader of NAME finds the old checkpoint or the new one. If the process is killed, `--resume` publishes
   * again from the start.
   */
  async publish(): Promise<void> {
    if (this.#current === this.#final) return;
    await keepCopy(this.#final, this.#current);
    await copyCheckpoint(this.#current, this.#final);
    await copyFiles(this.#current, this.#final, (file) => !belongsToCheckpoint(file));
    await removeRun(this.#current);
    this.#current = this.#final;
  }

  /** Lets another run write here. */
  close(): void {
    this.#lock.release();
  }
}

/** Keeps other runs from writing to the checkpoint in `folder`. Throws `CheckpointError` if one does. */
export async function lockRun(folder: string): Promise<FolderLock> {
  const lock = await lockFolder(folder);
  if (lock === null)
    throw new CheckpointError(`another run writes to ${folder}; wait for its end or stop it`);
  return lock;
}

/** Where the run of a checkpoint keeps its state. */
export function statePath(folder: string): string {
  return join(folder, 'run', 'state.bin');
}

/** Where a run is until it replaces the checkpoint of its name. */
function pendingFolder(folder: string): string {
  return `${folder}.new`;
}

async function folderToResume(folder: string): Promise<string> {
  const pending = pendingFolder(folder);
  if (!(await exists(statePath(pending)))) {
    if (!(await exists(statePath(folder)))) {
      throw new CheckpointError(`there is no run to resume: ${statePath(folder)} is missing`);
    }
    await removeRemains(pending);
    return folder;
  }
  if (await exists(folder)) return pending;
  // An older version was killed after it had renamed the old checkpoint, before it renamed the new one.
  await rename(pending, folder);
  return folder;
}

async function folderToBegin(folder: string, replace: boolean): Promise<string> {
  const pending = pendingFolder(folder);
  await removeRemains(pending);
  if ((await exists(statePath(pending))) || (await exists(join(pending, CARD)))) {
    throw new CheckpointError(
      `${pending} holds a run that has not taken its place yet; go on with --resume, or remove that folder`,
    );
  }
  const taken = (await exists(join(folder, CARD))) || (await exists(statePath(folder)));
  if (!taken) return folder;
  if (!replace) {
    throw new CheckpointError(
      `${folder} exists and stays as it is; choose another name with --out, go on with its run with --resume, or let the new run take its place with --replace`,
    );
  }
  await rm(pending, { recursive: true, force: true });
  return pending;
}

/** Keeps a copy of a checkpoint and its run, unless the latest copy is of the same or `successor` is published already. */
async function keepCopy(folder: string, successor: string): Promise<void> {
  const card = await cardBytes(folder);
  if (!card) return;
  const [old, next] = await Promise.all([weightsOf(folder), weightsOf(successor)]);
  if (old !== null && old === next) return;
  let n = 1;
  while (await exists(`${folder}.${n}`)) n++;
  if ((await cardBytes(`${folder}.${n - 1}`))?.equals(card)) return;
  const copy = `${folder}.${n}`;
  await rm(`${copy}${PART}`, { recursive: true, force: true });
  await copyFiles(folder, `${copy}${PART}`, () => true);
  await rename(`${copy}${PART}`, copy);
}

/** Copies the files of a folder and of its folder `run`, each of them atomically. */
async function copyFiles(from: string, to: string, wanted: (file: string) => boolean): Promise<void> {
  for (const inside of ['', 'run']) {
    const entries = await readdir(join(from, inside), { withFileTypes: true }).catch(() => []);
    const files = entries.filter(
      (entry) => entry.isFile() && !entry.name.endsWith(PART) && wanted(entry.name),
    );
    if (files.length > 0) await mkdir(join(to, inside), { recursive: true });
    for (const { name } of files) {
      await writeAtomically(join(to, inside, name), await readFile(join(from, inside, name)));
    }
  }
}

/** Removes a published run. It loses its name first, so that a part of it is never resumed. */
async function removeRun(folder: string): Promise<void> {
  await rename(folder, `${folder}${PART}`);
  await removeRemains(folder);
}

/** Removes what is left if a run was killed in {@link removeRun}. */
async function removeRemains(folder: string): Promise<void> {
  await rm(`${folder}${PART}`, { recursive: true, force: true });
}

/** The checksum of a checkpoint's weights. Null if it has no card that can be read. */
async function weightsOf(folder: string): Promise<string | null> {
  return readCard(folder).then(
    ({ weights }) => weights.sha256,
    () => null,
  );
}

async function cardBytes(folder: string): Promise<Buffer | null> {
  return readFile(join(folder, CARD)).catch(() => null);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
