import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLog } from '../../src/training/run-log.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-run-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('the log', () => {
  it('is read to a step, and to the line that a kill cut short', async () => {
    const path = join(root, 'train.jsonl');
    await writeFile(path, '{"step":1}\n{"step":2}\n{"step":3}\n{"step":');
    expect((await readLog(path, 2)).map(({ step }) => step)).toEqual([1, 2]);
    expect(await readLog(join(root, 'none'), 2)).toEqual([]);
  });
});
