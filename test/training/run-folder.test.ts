import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFolder, statePath } from '../../src/training/run-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-run-'));
});
afterEach(() => rm(root, { recursive: true }));

const k = () => join(root, 'k');
const NEW = { resuming: false, replace: false };
const REPLACE = { resuming: false, replace: true };
const RESUME = { resuming: true, replace: false };

async function place(folder: string, ...files: string[]): Promise<void> {
  await mkdir(join(folder, 'run'), { recursive: true });
  for (const file of files) await writeFile(join(folder, file), '{}');
}

describe('the folder of a run', () => {
  it('is its own if nothing has its name, and beside it until it is published if it may replace something', async () => {
    const first = await RunFolder.open(k(), NEW);
    expect(first.path).toBe(k());
    first.close();
    await place(k(), 'card.json');
    const second = await RunFolder.open(k(), REPLACE);
    expect([second.path, second.state]).toEqual([`${k()}.new`, statePath(`${k()}.new`)]);
    second.close();
  });

  it.each([
    ['a checkpoint', 'card.json'],
    ['a run', 'run/state.bin'],
  ])('is refused to a new run if %s has the name, and nothing is touched', async (_, file) => {
    await place(k(), file);
    await expect(RunFolder.open(k(), NEW)).rejects.toThrow(
      /exists and stays as it is; .*--out.*--resume.*--replace/,
    );
    expect(await readdir(root)).toEqual(['k']);
  });

  it('is refused to a new run if an earlier one has not taken its place yet', async () => {
    await place(k(), 'card.json');
    await place(`${k()}.new`, 'run/state.bin');
    await expect(RunFolder.open(k(), REPLACE)).rejects.toThrow(/has not taken its place yet/);
    const resumed = await RunFolder.open(k(), RESUME);
    expect(resumed.path).toBe(`${k()}.new`);
    resumed.close();
  });

  it('is refused to a second run, also one that resumes, until the first one ends', async () => {
    const first = await RunFolder.open(k(), NEW);
    await writeFile(first.state, '');
    for (const options of [NEW, REPLACE, RESUME]) {
      await expect(RunFolder.open(k(), options)).rejects.toThrow(/another run writes to/);
    }
    first.close();
    (await RunFolder.open(k(), RESUME)).close();
  });

  it('can be opened again after it was refused', async () => {
    await expect(RunFolder.open(k(), RESUME)).rejects.toThrow(/there is no run to resume/);
    (await RunFolder.open(k(), NEW)).close();
  });
});
