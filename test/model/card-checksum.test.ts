import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError, readCard } from '../../src/model/checkpoint.ts';
import { writeTinyCheckpoint } from './tiny-checkpoint.ts';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-card-'));
  const test = { tokens: 1, nll: 5.25, hanziPerplexity: 12.7, unknownShare: 0 };
  await writeTinyCheckpoint(root, 'tiny', { seed: 1, test });
  path = join(root, 'tiny', 'card.json');
});
afterEach(() => rm(root, { recursive: true }));

describe('the checksum of a card', () => {
  it('finds every bit that is flipped, unless the card reads the same', async () => {
    const { sha256: _, ...content } = await readCard(join(root, 'tiny'));
    const bytes = await readFile(path);
    let found = 0;
    for (const [at, byte] of bytes.entries()) {
      const damaged = Buffer.from(bytes);
      damaged[at] = byte ^ (1 << (at % 8));
      await writeFile(path, damaged);
      try {
        const { sha256: __, ...read } = await readCard(join(root, 'tiny'));
        expect(read).toEqual(content);
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointError);
        found++;
      }
    }
    expect(found).toBeGreaterThan(bytes.length / 2);
  });

  it('finds a changed score, and does not mind another layout', async () => {
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('12.7', '10.7'));
    await expect(readCard(join(root, 'tiny'))).rejects.toThrow(/card.json is damaged/);
    await writeFile(path, JSON.stringify(JSON.parse(text)));
    expect((await readCard(join(root, 'tiny'))).heldOut.test?.hanziPerplexity).toBe(12.7);
  });

  it('is not asked of cards of older versions', async () => {
    const { sha256, ...content } = JSON.parse(await readFile(path, 'utf8'));
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    await writeFile(path, JSON.stringify(content));
    expect((await readCard(join(root, 'tiny'))).recipe).toEqual(content.recipe);
  });
});
