/**
 * The corpus file, which `npm run corpus` writes and training reads.
 *
 * The file is JSON lines: a header, then one poem a line, in the order of the source. It contains no dates and no paths,
 * so the same source and the same code give the same bytes.
 */

import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FORM_TAGS, type FormTag } from '../../poetry/form.ts';
import { writeAtomically } from '../../system/atomic-write.ts';
import { OperatorError } from '../../system/operator-error.ts';

/** The corpus file, relative to the root of the repository, in which npm runs its scripts. */
export const CORPUS_PATH = 'data/corpus/corpus.jsonl';

/** The Song poems of the pretraining stage; `npm run corpus -- --song` builds this file. */
export const SONG_PATH = 'data/corpus/song.jsonl';

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export interface CorpusPoem {
  readonly split: Split;
  readonly form: FormTag;
  readonly title: string;
  readonly author: string;
  /** Hanzi in traditional script, with the marks `，` and `。` only. It ends in `。`. */
  readonly text: string;
}

export interface Corpus {
  /** SHA-256 of the file's bytes, in hexadecimal. */
  readonly hash: string;
  /** Where the poems came from: `chinese-poetry@2.0.1`, or the name of a file. */
  readonly source: string;
  readonly poems: readonly CorpusPoem[];
}

/** The corpus cannot be built or read. The message is a full sentence for the operator. */
export class CorpusError extends OperatorError {
  override name = 'CorpusError';
}

const FORMAT = 'shiren-corpus';
const FORMAT_VERSION = 1;

interface Header {
  readonly format: string;
  readonly version: number;
  readonly source: string;
  /** The number of poems, of all splits and of each. */
  readonly poems: number;
  readonly splits: { readonly [split in Split]: number };
  /** SHA-256 of everything after the line of the header. */
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

/** Reads a corpus file. Throws a {@link CorpusError} if the file is missing, has another format, or is damaged. */
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
