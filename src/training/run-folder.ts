/** The folder of a training run: what it resumes from, and what becomes of what stood there before. */

import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '../model/checkpoint.ts';
import type { LogEntry } from './curve.ts';
import type { Recipe } from './recipes.ts';
import { readState } from './state-file.ts';

/** What a state says of the run that it belongs to. */
export interface About {
  readonly recipe: Recipe;
  /** The hash of the corpus, or those of both, where there is an pretraining one. */
  readonly corpus: string;
  readonly seconds: number;
  readonly tokens: number;
}

/** Where a run keeps what it goes on from, its log and the log's picture. */
export function pathsIn(folder: string) {
  return {
    state: join(folder, 'run', 'state.bin'),
    log: join(folder, 'train.jsonl'),
    curve: join(folder, 'loss.svg'),
  };
}

/** What a run goes on from. Throws `CheckpointError` where it is another run's, `StateError` where it is damaged. */
export async function resume(path: string, recipe: Recipe, corpus: About['corpus']) {
  const exists = await stat(path).catch(() => null);
  if (!exists) throw new CheckpointError(`there is no run to resume: ${path} is missing`);
  const { state, about } = await readState(path);
  const saved = about as About;
  if (saved.corpus !== corpus) {
    throw new CheckpointError(`${path} was trained on another corpus; run without --resume to begin anew`);
  }
  if (JSON.stringify(withoutLength(recipe)) !== JSON.stringify(withoutLength(saved.recipe))) {
    throw new CheckpointError(
      `${path} was trained by another recipe (${saved.recipe.name}); run without --resume to begin anew`,
    );
  }
  return { state, about: saved };
}

/** What may not change in a run: all but how many passes it makes. */
function withoutLength({ epochs: _, pretraining, ...settings }: Recipe) {
  return { ...settings, pretraining: pretraining && { ...pretraining, epochs: 0 } };
}

/** Keeps a checkpoint under a name of its own: its name and a number. */
export async function setAside(folder: string): Promise<void> {
  for (let n = 1; ; n++) {
    const name = `${folder}.${n}`;
    if (await stat(name).catch(() => null)) continue;
    await rename(folder, name);
    return;
  }
}

/** The log's entries up to a step: what a killed run wrote after its last save is taken back. */
export async function readLog(path: string, step: number): Promise<LogEntry[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const entries: LogEntry[] = [];
  for (const line of text.split('\n')) {
    try {
      const entry = JSON.parse(line) as LogEntry;
      if (entry.step <= step) entries.push(entry);
    } catch {
      // The end of the file, or a line that a kill cut short.
      break;
    }
  }
  return entries;
}
