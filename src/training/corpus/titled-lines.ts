/** Reads the corpus format of the student programs: UTF-8 text, one poem a line as `title:content`, in either script. */
import { readFile } from 'node:fs/promises';
import { restoreVerse } from '../../poetry/restore.ts';
import { isSimplifiedOnly, isTraditionalOnly, toTraditional } from '../../poetry/script.ts';
import type { SourceText } from './build.ts';
import { CorpusError } from './corpus.ts';

/** A poem and its line in the file. */
export interface NumberedText extends SourceText {
  /** Counted from 1. */
  readonly line: number;
}

/** A line that is skipped, and why. */
export interface LineFault {
  readonly line: number;
  readonly reason: string;
}

export interface TitledLines {
  /** In traditional script. */
  readonly texts: readonly NumberedText[];
  readonly faults: readonly LineFault[];
}

/** Reads such a file. Throws a `CorpusError` if the file is missing or is not UTF-8 text. */
export async function readTitledLines(path: string): Promise<TitledLines> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new CorpusError(`${path}: there is no such file.`, { cause });
    if (code === 'EISDIR') throw new CorpusError(`${path} is a directory, not a file of poems.`, { cause });
    throw new CorpusError(`${path} cannot be read: ${message}.`, { cause });
  }
  if (bytes.includes(0)) throw new CorpusError(`${path} is a binary file (or UTF-16), not UTF-8 text.`);
  let content: string;
  try {
    // Fatal, because a wrong encoding must not be read as replacement characters. A byte order mark is skipped.
    content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CorpusError(`${path} is not valid UTF-8; convert it first (is it GBK?).`, { cause });
  }
  return parseTitledLines(content);
}

/** Reads `title:content` lines. The colon may be half or full width. Empty lines are skipped. */
export function parseTitledLines(content: string): TitledLines {
  const texts: NumberedText[] = [];
  const faults: LineFault[] = [];
  content.split(/\r\n|\n|\r/u).forEach((row, index) => {
    const line = index + 1;
    if (row.trim() === '') return;
    const [, title = '', text = ''] = /^([^:：]*)[:：](.*)$/su.exec(row) ?? [];
    if (!/[:：]/u.test(row)) faults.push({ line, reason: 'no colon between title and content' });
    else if (title.trim() === '') faults.push({ line, reason: 'no title before the colon' });
    else if (text.trim() === '') faults.push({ line, reason: 'no content after the colon' });
    else if (!/\p{Unified_Ideograph}/u.test(text)) faults.push({ line, reason: 'no hanzi in the content' });
    else texts.push({ line, title: title.trim(), author: '', text: text.trim() });
  });
  return { texts: inTraditional(texts), faults };
}

/** Positive for simplified script, negative for traditional. Characters of both scripts do not count. */
function simplifiedEvidence({ title, text }: SourceText): number {
  let evidence = 0;
  for (const char of title + text) {
    if (isSimplifiedOnly(char)) evidence += 1;
    else if (isTraditionalOnly(char)) evidence -= 1;
  }
  return evidence;
}

/**
 * Converts simplified texts to traditional script. The script is recognised line by line. A line whose characters are all
 * of both scripts follows the majority of the file, because 后 and 云 must be converted in a simplified file only.
 */
function inTraditional(texts: readonly NumberedText[]): NumberedText[] {
  const evidence = texts.map(simplifiedEvidence);
  const ofFile = evidence.reduce((sum, value) => sum + Math.sign(value), 0);
  return texts.map((source, index) => {
    if ((evidence[index] || ofFile) <= 0) return source;
    return { ...source, title: toTraditional(source.title), text: restoreVerse(source.text) };
  });
}
