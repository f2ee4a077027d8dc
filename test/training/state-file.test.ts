import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readState, StateError, writeState } from '../../src/training/state-file.ts';

let root: string;
const path = () => join(root, 'state.bin');
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-state-'));
});
afterEach(() => rm(root, { recursive: true }));

const STATE = {
  step: 48,
  parameters: new Map([['w', Float32Array.of(1, 2)]]),
  slots: new Map([['w/m', Float32Array.of(3)]]),
  reference: Float32Array.of(4, 5, 6),
};
const ABOUT = { recipe: { name: 'trial' }, corpus: 'a' };

describe('a state', () => {
  it('is read as it was written', async () => {
    await writeState(path(), STATE, ABOUT);
    expect(await readState(path())).toEqual({ state: STATE, about: ABOUT });
  });

  it('may have no reference', async () => {
    await writeState(path(), { ...STATE, reference: null }, ABOUT);
    expect((await readState(path())).state.reference).toBeNull();
  });

  it('is refused if any one bit of it is flipped', async () => {
    await writeState(path(), STATE, ABOUT);
    const bytes = await readFile(path());
    for (const [at, byte] of bytes.entries()) {
      const damaged = Buffer.from(bytes);
      damaged[at] = byte ^ (1 << (at % 8));
      await writeFile(path(), damaged);
      await expect(readState(path()), `byte ${at}`).rejects.toThrow(StateError);
    }
  });

  it('of version 1, whose checksum covers the arrays alone, is still read', async () => {
    const data = Buffer.from(Float32Array.of(1, 2).buffer);
    const header = Buffer.from(
      JSON.stringify({
        format: 'shiren-state',
        version: 1,
        step: 7,
        about: ABOUT,
        arrays: [{ kind: 'parameter', name: 'w', length: 2 }],
        sha256: createHash('sha256').update(data).digest('hex'),
      }),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    await writeFile(path(), Buffer.concat([length, header, data]));
    const { state, about } = await readState(path());
    expect([state.step, [...state.parameters], about]).toEqual([7, [['w', Float32Array.of(1, 2)]], ABOUT]);
  });
});
