/** The training corpus lines of the serving checkpoint. They are read when they are first needed. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkpointFolder, loadLines, readCard } from '../model/checkpoint.ts';
import type { LineIndex, NearestLine } from '../text-index/line-index.ts';

export class CorpusLines {
  readonly #root: string;
  /** The index of one checkpoint. It is replaced when another checkpoint is served. */
  #loaded: { readonly name: string; readonly index: Promise<LineIndex | null> } | null = null;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * The nearest corpus line of each verse line; null if the checkpoint has no corpus lines. Each line takes some
   * milliseconds, so the method yields to the event loop between lines. Throws `CheckpointError`.
   */
  async nearest(
    checkpoint: string,
    lines: readonly string[],
  ): Promise<readonly (NearestLine | null)[] | null> {
    if (this.#loaded?.name !== checkpoint) this.#loaded = { name: checkpoint, index: this.#load(checkpoint) };
    const index = await this.#loaded.index;
    if (index === null) return null;
    const found: (NearestLine | null)[] = [];
    for (const line of lines) {
      found.push(index.nearest(line));
      await nextTurn();
    }
    return found;
  }

  /** Must be called after a reload, because the files of a checkpoint may have changed. */
  forget(): void {
    this.#loaded = null;
  }

  async #load(name: string): Promise<LineIndex | null> {
    const folder = checkpointFolder(this.#root, name);
    return loadLines({ folder, card: await readCard(folder) });
  }
}
