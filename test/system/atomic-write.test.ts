import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../src/system/atomic-write.ts';

describe('writeAtomically', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shiren-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes its chunks one after another', async () => {
    await writeAtomically(join(folder, 'file'), 'one ', Buffer.from('two '), 'three');
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('one two three');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('replaces an older file', async () => {
    await writeFile(join(folder, 'file'), 'a longer text that was there before');
    await writeAtomically(join(folder, 'file'), 'new');
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('new');
  });

  it('removes its temporary file and throws if it cannot write', async () => {
    await mkdir(join(folder, 'file', 'inside'), { recursive: true });
    await expect(writeAtomically(join(folder, 'file'), 'new')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['file']);
    expect(await readdir(join(folder, 'file'))).toEqual(['inside']);
  });
});
