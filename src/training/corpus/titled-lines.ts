/** The corpus format of the student programs: a UTF-8 text of one poem a line, `title:content`, in either script. */
import { readFile } from 'node:fs/promises';
import { isSimplifiedOnly, isTraditionalOnly, toTraditional } from '../../poetry/script.ts';
import type { SourceText } from './build.ts';
import { CorpusError } from './corpus.ts';

/** A poem and where it stands. */
export interface NumberedText extends SourceText {
  /** Counted from 1. */
  readonly line: number;
}

/** A line that is not taken, and why. */
export interface LineFault {
  readonly line: number;
  readonly reason: string;
}

export interface TitledLines {
  /** In traditional script. */
  readonly texts: readonly NumberedText[];
  readonly faults: readonly LineFault[];
}

/**
 * Reads such a file.
 * @throws CorpusError when there is no such file, or it is no UTF-8 text.
 */
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
    // Fatal: a wrong encoding must not be read as a poem full of replacement characters. A BOM is passed over.
    content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CorpusError(`${path} is not valid UTF-8; convert it first (is it GBK?).`, { cause });
  }
  return parseTitledLines(content);
}

/** Reads `title:content` lines; the colon may be half or full width. Empty lines are passed over. */
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

/** Above zero for simplified script, below for traditional: many characters are of both. */
function simplifiedEvidence({ title, text }: SourceText): number {
  let evidence = 0;
  for (const char of title + text) {
    if (isSimplifiedOnly(char)) evidence += 1;
    else if (isTraditionalOnly(char)) evidence -= 1;
  }
  return evidence;
}

/**
 * Turns simplified texts into traditional ones. Each line is judged by itself; one in which every character is of
 * both scripts goes with the file, because 后 and 云 in a simplified file want turning, and in a traditional one not.
 */
function inTraditional(texts: readonly NumberedText[]): NumberedText[] {
  const evidence = texts.map(simplifiedEvidence);
  const ofFile = evidence.reduce((sum, value) => sum + Math.sign(value), 0);
  return texts.map((source, index) => {
    if ((evidence[index] || ofFile) <= 0) return source;
    return { ...source, title: toTraditional(source.title), text: toTraditional(source.text) };
  });
}
