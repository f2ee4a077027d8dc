/**
 * The variables of the file `.env`, as people have it: in UTF-8 or in the UTF-16 of PowerShell, with quotes of a word
 * processor. A line that means nothing is an error, because a program that passed over it would run with other settings
 * than its operator thinks.
 */

import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { OperatorError } from './operator-error.ts';

/** Opening quotes and what closes each. */
const QUOTES: readonly string[] = ['""', "''", '“”', '‘’', '„“', '””', '’’', '«»'];

/** The file `.env` cannot be used. The message is one sentence that names it, and the line if one is wrong. */
export class EnvironmentFileError extends OperatorError {
  override readonly name = 'EnvironmentFileError';
}

/**
 * Adds the variables of a file to the environment. A variable that is set there already stays, unless it is empty.
 * Returns the line of each variable in the file. Throws {@link EnvironmentFileError}. A file that does not exist has
 * no variables.
 */
export function loadEnvironment(environment = process.env, path = '.env'): ReadonlyMap<string, number> {
  const text = readText(path);
  const lines = new Map<string, number>();
  if (text === null) return lines;
  for (const [name, line] of namesIn(text, path)) lines.set(name, line);
  for (const [name, value] of Object.entries(parse(text))) {
    if (!environment[name]?.trim()) environment[name] = withoutQuotes(value);
  }
  return lines;
}

/**
 * A value without the white space and the pair of quotes around it. Docker's `--env-file` keeps quotes, a file with a
 * secret often ends with a line break, and a word processor curls quotes.
 */
export function withoutQuotes(value: string): string {
  const trimmed = value.trim();
  const quoted = QUOTES.some(
    ([opening = '', closing = '']) =>
      trimmed.length > 1 && trimmed.startsWith(opening) && trimmed.endsWith(closing),
  );
  return quoted ? trimmed.slice(1, -1).trim() : trimmed;
}

/** Null if there is no such file. */
function readText(path: string): string | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new EnvironmentFileError(`${path} cannot be read: ${message}.`);
  }
  try {
    // Removes a byte order mark.
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new EnvironmentFileError(`${path} is not text in UTF-8 or UTF-16; save it as UTF-8.`);
  }
}

/** PowerShell's `>` writes UTF-16 with a byte order mark. Without a mark, the zero bytes of ASCII characters tell. */
function encodingOf(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}

/** The names that a file sets, with their lines, counted from one. Throws for a line that dotenv would pass over. */
function* namesIn(text: string, path: string): Generator<[name: string, line: number]> {
  const lines = text.split(/\r\n|[\r\n]/u);
  /** The quote that ends a value of several lines. */
  let open: string | null = null;
  for (const [index, line] of lines.entries()) {
    if (open !== null) {
      if (line.includes(open)) open = null;
      continue;
    }
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, name, value = ''] = /^(?:export\s+)?([\w.-]+)(?:\s*=|:\s)(.*)$/u.exec(content) ?? [];
    if (name === undefined) {
      // The line may hold a secret, so it is not repeated.
      throw new EnvironmentFileError(`${path}, line ${index + 1}, is not of the form NAME=VALUE.`);
    }
    yield [name, index + 1];
    const [, quote, rest] = /^\s*(["'`])(.*)$/u.exec(value) ?? [];
    if (quote && !rest?.includes(quote) && lines.slice(index + 1).some((later) => later.includes(quote))) {
      open = quote;
    }
  }
}
