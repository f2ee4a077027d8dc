/**
 * Flips single bits in every file of a checkpoint and in the state of a training run. Each flip must be noticed, unless
 * what is read is the same (a space in the card).
 */

import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CheckpointError, loadCheckpoint, loadLines } from '../src/model/checkpoint.ts';
import { saveCritic } from '../src/model/save-checkpoint.ts';
import { initialCritic } from '../src/training/critic/critic-network.ts';
import { readState, StateError, writeState } from '../src/training/state-file.ts';
import { writeTinyCheckpoint } from '../test/model/tiny-checkpoint.ts';
import { type Attack, pick } from './attack.ts';

export const bitFlips: Attack = {
  name: 'bit flips',
  what: 'one bit of a checkpoint or a training state is flipped; it is noticed, or nothing changed',
  tries: { full: 1200, quick: 120 },
  async run(tally, { random, folder }) {
    const checkpoint = join(folder, 'k');
    const test = { tokens: 1, nll: 5.25, hanziPerplexity: 12.7, unknownShare: 0 };
    await writeTinyCheckpoint(folder, 'k', { seed: 1, test, lines: ['明月出天山', '月落烏啼霜滿天'] });
    const { architecture, parameters } = await loadCheckpoint(checkpoint);
    const sizes = { vocabulary: architecture.vocabulary, embedding: architecture.embedding, hidden: 2 };
    const critic = { architecture: sizes, parameters: initialCritic(sizes, 1), wornPhrases: ['不知何處'] };
    await saveCritic(checkpoint, critic, {
      poems: 8,
      heldOut: { poems: 4, auc: 0.75, firstCoupletAuc: 0.6 },
    });
    const state = join(folder, 'state.bin');
    await writeState(state, { step: 48, parameters, slots: parameters }, { epochs: 1.5 });

    const inCheckpoint = (await readdir(checkpoint)).map((file) => join(checkpoint, file));
    const read = async (path: string) =>
      hashOf(path === state ? await readState(state) : await wholeCheckpoint(checkpoint));
    const before = new Map<string, { readonly bytes: Buffer; readonly content: string }>();
    for (const path of [...inCheckpoint, state]) {
      before.set(path, { bytes: await readFile(path), content: await read(path) });
    }
    while (!tally.isOver) {
      tally.tried++;
      const [path, { bytes, content }] = pick(random, [...before]);
      // Half of the flips hit the beginning of a file, where a state has its header.
      const at = random.below(random.below(2) === 0 ? Math.min(400, bytes.length) : bytes.length);
      const damaged = Buffer.from(bytes);
      damaged[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      await writeFile(path, damaged);
      const where = `byte ${at} of ${basename(path)}`;
      try {
        if ((await read(path)) === content) tally.count('without effect');
        else tally.fault(`not noticed: ${where}`);
      } catch (error) {
        if (error instanceof CheckpointError || error instanceof StateError) tally.count('noticed');
        else tally.fault(`${error} at ${where}`);
      }
      await writeFile(path, bytes);
    }
  },
};

/** All that is read of a checkpoint, but the checksum of its card. */
async function wholeCheckpoint(folder: string): Promise<unknown> {
  const { card, vocabulary, parameters, ngrams, critic } = await loadCheckpoint(folder);
  const lines = await loadLines({ folder, card });
  const { sha256: _, ...told } = card;
  return { told, vocabulary, parameters, ngrams: ngrams?.bytes, lines: lines?.serialise(), critic };
}

/** A hash of plain data, maps and arrays of numbers. */
function hashOf(content: unknown): string {
  const plain = (_: string, value: unknown) =>
    value instanceof Map
      ? [...value]
      : ArrayBuffer.isView(value)
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
        : value;
  return createHash('sha256').update(JSON.stringify(content, plain)).digest('hex');
}
