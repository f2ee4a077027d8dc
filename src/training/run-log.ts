/** The log of a training run: an entry for each evaluation, and a picture of them. */

import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../system/atomic-write.ts';
import { isDiskFull } from '../system/disk-full.ts';
import { drawLossCurve, type LogEntry } from './curve.ts';
import { PictureError } from './picture.ts';
import type { RunFolder } from './run-folder.ts';

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

export class RunLog {
  readonly #folder: RunFolder;
  readonly #entries: LogEntry[];
  readonly #onNote: (sentence: string) => void;
  #picturesMissing = false;

  /** `entries` are those of earlier sessions. `onNote` gets a sentence if something cannot be written. */
  constructor(folder: RunFolder, entries: readonly LogEntry[], onNote: (sentence: string) => void) {
    this.#folder = folder;
    this.#entries = [...entries];
    this.#onNote = onNote;
  }

  get last(): LogEntry | undefined {
    return this.#entries.at(-1);
  }

  /** Adds an entry, writes the log, and draws it under the title `name`. On a full disk the next call writes it all. */
  async add(entry: LogEntry, name: string): Promise<void> {
    this.#entries.push(entry);
    try {
      const text = this.#entries.map((each) => `${JSON.stringify(each)}\n`).join('');
      await writeAtomically(this.#folder.log, text);
      await this.#draw(name);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#onNote('the disk is full: the log is not written; the run tries again at the next evaluation');
    }
  }

  /** Without the optional packages for pictures the run continues, and says so once. */
  async #draw(name: string): Promise<void> {
    try {
      await writeAtomically(this.#folder.curve, await drawLossCurve(name, this.#entries));
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      if (!this.#picturesMissing) this.#onNote(error.message);
      this.#picturesMissing = true;
    }
  }
}
