/**
 * The files of a training run: the state it resumes from, its log, and the folder of the checkpoint that it writes.
 */

import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CheckpointError } from '../model/checkpoint.ts';
import type { LogEntry } from './curve.ts';
import type { Recipe } from './recipes.ts';
import { readState } from './state-file.ts';
import type { TrainerState } from './trainer.ts';

/** What a state file says of its run. */
export interface RunRecord {
  readonly recipe: Recipe;
  /** The hash of the corpus. With pretraining: the hashes of both corpora, joined by a plus sign. */
  readonly corpus: string;
  /** Time spent training, all sessions together. */
  readonly seconds: number;
  /** Predictions learned from, repeats included. */
  readonly tokens: number;
}

/**
 * Reads the state that a run resumes from. Throws `CheckpointError` if there is none, or if it belongs to another
 * recipe or corpus; throws `StateError` if it is damaged.
 */
export async function resume(
  path: string,
  recipe: Recipe,
  corpus: RunRecord['corpus'],
): Promise<{ state: TrainerState; record: RunRecord }> {
  if (!(await exists(path))) throw new CheckpointError(`there is no run to resume: ${path} is missing`);
  const { state, about } = await readState(path);
  const record = recordOf(about);
  if (record.corpus !== corpus) {
    throw new CheckpointError(
      `${path} was trained on another corpus; run without --resume to start a new run`,
    );
  }
  if (!isDeepStrictEqual(withoutLength(recipe), withoutLength(record.recipe))) {
    throw new CheckpointError(
      `${path} was trained by another recipe (${record.recipe.name}); run without --resume to start a new run`,
    );
  }
  return { state, record };
}

function recordOf(about: unknown): RunRecord {
  const record = about as RunRecord & { recipe: { earlier?: Recipe['pretraining'] } };
  // Older runs saved their recipe with `earlier` as the name of `pretraining`.
  const { earlier = null, ...recipe } = record.recipe;
  return { ...record, recipe: { ...recipe, pretraining: recipe.pretraining ?? earlier } };
}

/** The part of a recipe that may not change when a run resumes: everything but its numbers of epochs. */
function withoutLength({ epochs: _, pretraining, ...settings }: Recipe) {
  return { ...settings, pretraining: pretraining && { ...pretraining, epochs: 0 } };
}

/**
 * The log's entries up to a step. A killed run may have logged evaluations after its last save; they are left out,
 * because the resumed run repeats them.
 */
export async function readLog(path: string, step: number): Promise<LogEntry[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const entries: LogEntry[] = [];
  for (const line of text.split('\n')) {
    try {
      const entry = JSON.parse(line) as LogEntry;
      if (entry.step <= step) entries.push(entry);
    } catch {
      // The empty line at the end, or a line that a kill cut short.
      break;
    }
  }
  return entries;
}

/**
 * The folder that a run writes to. If another checkpoint has the run's name, that checkpoint may be in use, so a new
 * run writes to `NAME.new` until {@link publish} exchanges the two.
 */
export class RunFolder {
  readonly #final: string;
  #current: string;

  private constructor(final: string, current: string) {
    this.#final = final;
    this.#current = current;
  }

  /** Makes the folder. `folder` is where the checkpoint belongs in the end. */
  static async open(folder: string, { resuming }: { readonly resuming: boolean }): Promise<RunFolder> {
    const inUse = !resuming && (await exists(folder));
    const opened = new RunFolder(folder, inUse ? `${folder}.new` : folder);
    if (inUse) await rm(opened.path, { recursive: true, force: true });
    await mkdir(dirname(opened.state), { recursive: true });
    return opened;
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

  /** Gives the folder its final name. A checkpoint that has the name is kept as `NAME.1`, `NAME.2` and so on. */
  async publish(): Promise<void> {
    if (this.#current === this.#final) return;
    await setAside(this.#final);
    await rename(this.#current, this.#final);
    this.#current = this.#final;
  }
}

/** Where the run of a checkpoint keeps its state. */
export function statePath(folder: string): string {
  return join(folder, 'run', 'state.bin');
}

async function setAside(folder: string): Promise<void> {
  let n = 1;
  while (await exists(`${folder}.${n}`)) n++;
  await rename(folder, `${folder}.${n}`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
