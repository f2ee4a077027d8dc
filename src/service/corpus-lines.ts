/** The lines of the serving checkpoint's training corpus, read when somebody first asks how new a poem is. */

import { setImmediate as turn } from 'node:timers/promises';
import { checkpointFolder, loadLines, readCard } from '../model/checkpoint.ts';
import type { LineIndex, NearestLine } from '../text-index/line-index.ts';

export class CorpusLines {
  readonly #root: string;
  /** By the checkpoint's name; forgotten when another is served. */
  #loaded: { readonly name: string; readonly index: Promise<LineIndex | null> } | null = null;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * The corpus line that each verse line is nearest to; null where the checkpoint keeps no lines. Gives the event
   * loop a turn between lines, since each takes some milliseconds. Throws `CheckpointError`.
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
      await turn();
    }
    return found;
  }

  /** After a reload a name may stand for other files. */
  forget(): void {
    this.#loaded = null;
  }

  async #load(name: string): Promise<LineIndex | null> {
    const folder = checkpointFolder(this.#root, name);
    return loadLines({ folder, card: await readCard(folder) });
  }
}
