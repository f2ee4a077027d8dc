/**
 * What the command line programs share: reading their flags, and reporting errors. Wrong usage and an `OperatorError` are
 * one line on standard error and exit code 1, without a stack trace.
 */

import { ENGINE_CHOICES, type EngineChoice } from '../engines/names.ts';
import { isDiskFull } from '../system/disk-full.ts';
import { loadEnvironment, withoutQuotes } from '../system/environment.ts';
import { OperatorError } from '../system/operator-error.ts';
import { printFailure } from '../system/print-failure.ts';

/** The command line is wrong; the message says what is wrong. */
export class UsageError extends OperatorError {
  override readonly name = 'UsageError';
}

/** Runs a command with the variables of the file `.env`. Errors that the operator cannot mend are thrown. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    loadEnvironment();
    await command();
  } catch (error) {
    if (isDiskFull(error)) {
      const { path } = error as NodeJS.ErrnoException;
      printFailure(
        `the disk is full: ${path ?? 'a file'} could not be written; make room and run this again`,
      );
      process.exitCode = 1;
      return;
    }
    const { code } = error as { readonly code?: unknown };
    // The code of a child process that failed is a number.
    const usage = typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
    if (!usage && !(error instanceof OperatorError)) throw error;
    printFailure(usage ? usageMessage(error as Error) : (error as Error).message);
    process.exitCode = 1;
  }
}

/** Node's message is about how to write a value that begins with a dash, which no flag here takes. */
function usageMessage({ message }: Error): string {
  const [, flag] = /^Option '(?:-\w, )?--([\w-]+)(?: <value>)?' argument is ambiguous/u.exec(message) ?? [];
  return flag === undefined
    ? message
    : `--${flag} takes no value that begins with a dash; --help lists the values`;
}

/** The engine that the flag names, or the ENGINE variable; `auto` if neither is set. Throws {@link UsageError}. */
export function engineChoice(flag: string | undefined): EngineChoice {
  const word = flag || withoutQuotes(process.env.ENGINE ?? '') || 'auto';
  const choice = ENGINE_CHOICES.find((name) => name === word);
  if (!choice) throw new UsageError(`there is no engine ${word}; there are ${ENGINE_CHOICES.join(', ')}`);
  return choice;
}

/** A positive number from a flag. Throws {@link UsageError}. */
export function positive(flag: string, word: string): number {
  const value = Number(word);
  if (!(Number.isFinite(value) && value > 0))
    throw new UsageError(`--${flag} takes a positive number, not ${word}`);
  return value;
}

/** One of the given words from a flag. Throws {@link UsageError}. */
export function oneOf<T extends string>(flag: string, words: readonly T[], word: string): T {
  const found = words.find((each) => each === word);
  if (found === undefined) throw new UsageError(`--${flag} takes one of ${words.join(', ')}, not ${word}`);
  return found;
}

/** A whole number of at least one from a flag. Throws {@link UsageError}. */
export function count(flag: string, word: string): number {
  const value = Number(word);
  if (!(Number.isInteger(value) && value > 0)) {
    throw new UsageError(`--${flag} takes a whole number of at least 1, not ${word}`);
  }
  return value;
}
