import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listCheckpoints, loadCheckpoint, readCard } from '../../src/model/checkpoint.ts';
import { writeTinyCheckpoint } from './tiny-checkpoint.ts';

let outside: string;
let root: string;

beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'shiren-links-'));
  root = join(outside, 'checkpoints');
  await mkdir(root);
  await writeTinyCheckpoint(root, 'tiny', { seed: 1 });
});
afterEach(() => rm(outside, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('a checkpoint', () => {
  test.each(['card.json', 'weights'])('whose %s is a named pipe is refused at once', async (kind) => {
    const folder = join(root, 'tiny');
    const file = kind === 'weights' ? (await readCard(folder)).weights.file : kind;
    await rm(join(folder, file));
    execFileSync('mkfifo', [join(folder, file)]);
    await expect(loadCheckpoint(folder)).rejects.toThrow(`${file} cannot be read: it is not a plain file`);
    expect(await listCheckpoints(root)).toHaveLength(kind === 'weights' ? 1 : 0);
  });

  test.each(['card.json', 'weights'])('whose %s is a link out of the folder is refused', async (kind) => {
    const folder = join(root, 'tiny');
    const file = kind === 'weights' ? (await readCard(folder)).weights.file : kind;
    await rename(join(folder, file), join(outside, 'elsewhere'));
    await symlink(join(outside, 'elsewhere'), join(folder, file));
    await expect(loadCheckpoint(folder)).rejects.toThrow(/elsewhere, outside of the checkpoints folder/);
  });

  test('that is a link out of the folder is refused', async () => {
    await rename(join(root, 'tiny'), join(outside, 'tiny'));
    await symlink(join(outside, 'tiny'), join(root, 'tiny'));
    await expect(loadCheckpoint(join(root, 'tiny'))).rejects.toThrow(/outside of the checkpoints folder/);
  });

  test('whose file is a folder or a device is refused', async () => {
    const card = join(root, 'tiny', 'card.json');
    await rm(card);
    await mkdir(card);
    await expect(readCard(join(root, 'tiny'))).rejects.toThrow(/it is not a plain file/);
  });

  test('may be a link within the folder, and so may the folder itself and its files', async () => {
    await symlink('tiny', join(root, 'latest'));
    expect((await loadCheckpoint(join(root, 'latest'))).name).toBe('latest');
    await symlink(root, join(outside, 'mounted'));
    expect((await loadCheckpoint(join(outside, 'mounted', 'tiny'))).name).toBe('tiny');
    await rename(join(root, 'tiny', 'card.json'), join(root, 'tiny', 'card.v1'));
    await symlink('card.v1', join(root, 'tiny', 'card.json'));
    expect((await loadCheckpoint(join(root, 'tiny'))).name).toBe('tiny');
  });

  test('without a card says so', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(readCard(join(root, 'nowhere'))).rejects.toThrow(/there is no checkpoint at/);
    await expect(readCard(join(root, 'file'))).rejects.toThrow(/cannot be read: ENOTDIR/);
  });
});
