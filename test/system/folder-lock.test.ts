import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../src/system/folder-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const LOCKING = fileURLToPath(new URL('./fixtures/locking.mjs', import.meta.url));

describe('the lock of a folder', () => {
  it('is held by one caller at a time, and by others of other folders', async () => {
    const lock = await lockFolder(folder);
    expect(lock).not.toBeNull();
    expect(await lockFolder(join(folder, '.'))).toBeNull();
    const other = await lockFolder(join(folder, 'inside'));
    expect(other).not.toBeNull();
    other?.release();
    lock?.release();
    const again = await lockFolder(folder);
    expect(again).not.toBeNull();
    again?.release();
  });

  it('is held by another process, and free as soon as that is killed', async () => {
    const child = spawn(process.execPath, [LOCKING, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(await lockFolder(folder)).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'close');
    const lock = await lockFolder(folder);
    expect(lock).not.toBeNull();
    lock?.release();
  });
});
