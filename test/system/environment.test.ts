import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentFileError, loadEnvironment, withoutQuotes } from '../../src/system/environment.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-env-'));
  path = join(folder, '.env');
});
afterEach(() => rm(folder, { recursive: true }));

async function load(content: string | Buffer, environment: NodeJS.ProcessEnv = {}) {
  await writeFile(path, content);
  const lines = loadEnvironment(environment, path);
  return { environment, lines };
}

const TEXT = 'DISCORD_TOKEN=abc.def\r\nOWNER_IDS=111111111111111111\r\n';

describe('the file .env', () => {
  it.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['UTF-16 without a byte order mark', Buffer.from(TEXT, 'utf16le')],
    ['big-endian UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
  ])('is read in %s', async (_, bytes) => {
    const { environment, lines } = await load(bytes);
    expect(environment).toEqual({ DISCORD_TOKEN: 'abc.def', OWNER_IDS: '111111111111111111' });
    expect([...lines]).toEqual([
      ['DISCORD_TOKEN', 1],
      ['OWNER_IDS', 2],
    ]);
  });

  it('may have comments, quotes of any kind, export, and values of several lines', async () => {
    const text = '# one\n\nexport A="a" # two\nB=“b”\nC: c\nD="first\nsecond"\nE=‘e’\nF=5\' long\n';
    const { environment, lines } = await load(text);
    expect(environment).toEqual({ A: 'a', B: 'b', C: 'c', D: 'first\nsecond', E: 'e', F: "5' long" });
    expect(lines.get('E')).toBe(8);
  });

  it('gives way to the environment, but not to an empty variable', async () => {
    const { environment } = await load('A=file\nB=file\nC=file\n', { A: 'set', B: '', C: ' ' });
    expect(environment).toEqual({ A: 'set', B: 'file', C: 'file' });
  });

  it.each([
    ['DISCORD_TOKEN abc', 2],
    ['DISCORD TOKEN=abc', 2],
    ['“DISCORD_TOKEN=abc”', 2],
    ['DISCORD_TOKEN＝abc', 2],
    ['DISCORD_TOKEN', 2],
  ])('is refused for the line %s, which is not repeated', async (wrong, line) => {
    const error = await load(`# comment\n${wrong}\nB=2\n`).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(EnvironmentFileError);
    expect(error.message).toContain(`line ${line}, is not of the form NAME=VALUE`);
    expect(error.message).not.toContain('abc');
  });

  it('is refused if it is no text, or a folder', async () => {
    await expect(load(Buffer.from([0x41, 0x3d, 0xe9, 0x0a]))).rejects.toThrow(/save it as UTF-8/);
    await rm(path);
    await mkdir(path);
    expect(() => loadEnvironment({}, path)).toThrow(/\.env cannot be read/);
  });

  it('may be missing', () => {
    expect(loadEnvironment({}, path).size).toBe(0);
  });
});

describe('a value', () => {
  it.each([
    ['"a"', 'a'],
    ["'a'", 'a'],
    ['“a”', 'a'],
    [' a\n', 'a'],
    ['"a', '"a'],
    ['"', '"'],
    ['a"b"', 'a"b"'],
    ['""', ''],
  ])('%j is read as %j', (value, read) => {
    expect(withoutQuotes(value)).toBe(read);
  });
});
