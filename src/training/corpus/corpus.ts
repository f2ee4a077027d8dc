/**
 * The corpus file: what the training reads and `npm run corpus` writes.
 *
 * JSON lines. The first line is the header; every other line is one poem, in the order of the source. The file
 * is a function of the source and the code alone: no dates, no paths, so the same input gives the same bytes.
 */

import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FORM_TAGS, type FormTag } from '../../poetry/form.ts';
import { writeAtomically } from '../../system/atomic-write.ts';
import { OperatorError } from '../../system/operator-error.ts';

/** Where the corpus is built, relative to the repository's root, where npm runs its scripts. */
export const CORPUS_PATH = 'data/corpus/corpus.jsonl';

/** Song poems to train on before those of the corpus; `npm run corpus -- --song` builds it. */
export const SONG_PATH = 'data/corpus/song.jsonl';

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export interface CorpusPoem {
  readonly split: Split;
  readonly form: FormTag;
  readonly title: string;
  readonly author: string;
  /** Hanzi in traditional script with the marks `，` and `。` only; it ends in `。`. */
  readonly text: string;
}

export interface Corpus {
  /** SHA-256 of the file's bytes, in hexadecimal. */
  readonly hash: string;
  /** What the poems came from, as the header says it: `chinese-poetry@2.0.1`, or a file's name. */
  readonly source: string;
  readonly poems: readonly CorpusPoem[];
}

/** The corpus cannot be built or read; the message is a whole sentence meant for the person at the terminal. */
export class CorpusError extends OperatorError {
  override name = 'CorpusError';
}

const FORMAT = 'shiren-corpus';
const FORMAT_VERSION = 1;

interface Header {
  readonly format: string;
  readonly version: number;
  readonly source: string;
  /** Number of poems, in all and by split. */
  readonly poems: number;
  readonly splits: { readonly [split in Split]: number };
  /** SHA-256 of everything after the header's line. */
  readonly sha256: string;
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Writes the corpus file and returns the SHA-256 of its bytes. */
export async function writeCorpus(
  poems: readonly CorpusPoem[],
  source: string,
  path = CORPUS_PATH,
): Promise<string> {
  const count = (split: Split) => poems.filter((poem) => poem.split === split).length;
  const body = poems
    .map(
      ({ split, form, title, author, text }) => `${JSON.stringify({ split, form, title, author, text })}\n`,
    )
    .join('');
  const header: Header = {
    format: FORMAT,
    version: FORMAT_VERSION,
    source,
    poems: poems.length,
    splits: { train: count('train'), validation: count('validation'), test: count('test') },
    sha256: sha256(body),
  };
  const content = `${JSON.stringify(header)}\n${body}`;
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, content);
  return sha256(content);
}

/**
 * Reads the corpus file and verifies it against its header.
 * @throws CorpusError when the file is not there, is of another format, or is damaged.
 */
export async function readCorpus(path = CORPUS_PATH): Promise<Corpus> {
  const command = path === SONG_PATH ? 'npm run corpus -- --song' : 'npm run corpus';
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing ? 'there is no corpus' : `the corpus cannot be read (${(cause as Error).message})`;
    throw new CorpusError(`${path}: ${what}; run \`${command}\` first.`, { cause });
  }
  const damaged = (what: string) =>
    new CorpusError(`${path}: ${what}; run \`${command}\` to build it again.`);
  const headerEnd = bytes.indexOf(0x0a);
  const header = parse(bytes.subarray(0, Math.max(headerEnd, 0)).toString('utf8')) as Partial<Header> | null;
  if (header?.format !== FORMAT) throw damaged('this is not a corpus file');
  if (header.version !== FORMAT_VERSION) {
    throw damaged(`the corpus is of format ${header.version}, this program reads format ${FORMAT_VERSION}`);
  }
  const body = bytes.subarray(headerEnd + 1);
  if (sha256(body) !== header.sha256)
    throw damaged('the corpus does not match the checksum in its first line');
  const poems = body
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const poem = parse(line);
      if (!isPoem(poem)) throw damaged(`line ${index + 2} is not a poem`);
      return poem;
    });
  return { hash: sha256(bytes), source: String(header.source), poems };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isPoem(value: unknown): value is CorpusPoem {
  if (typeof value !== 'object' || value === null) return false;
  const { split, form, title, author, text } = value as Record<string, unknown>;
  return (
    SPLITS.includes(split as Split) &&
    FORM_TAGS.includes(form as FormTag) &&
    typeof title === 'string' &&
    typeof author === 'string' &&
    typeof text === 'string'
  );
}
