/** What went wrong, told to a person in their language. */

import { Refusal } from '../poetry/request.ts';
import { LoadError, Unavailable } from '../service/inference.ts';
import { type Locale, type SentenceValues, say } from './locale.ts';
import type { SentenceKey } from './locales/texts.ts';

/** Something the asker can put right, of the bot's own finding. */
export class Complaint extends Error {
  override readonly name = 'Complaint';
  constructor(
    readonly key: SentenceKey,
    readonly values: SentenceValues = {},
  ) {
    super(`${key} ${JSON.stringify(values)}`);
  }
}

/**
 * A sentence that says what to do, or null for a fault of ours, which belongs in the log. A checkpoint's fault
 * is told as it is: those who may reload need the file's name.
 */
export function sentenceFor(error: unknown, locale: Locale): string | null {
  if (error instanceof Complaint) return say(locale, error.key, error.values);
  if (error instanceof Refusal) return say(locale, error.code, error.values);
  if (error instanceof Unavailable) {
    if (error.retryMs === null) return say(locale, error.code);
    const seconds = Math.max(1, Math.ceil(error.retryMs / 1000));
    return say(locale, error.code) + say(locale, 'retry-in', { seconds });
  }
  if (error instanceof LoadError) return say(locale, 'checkpoint-refused', { reason: error.message });
  return null;
}

/** A name for the outcome of a command, for logs and metrics. */
export function outcomeOf(error: unknown): string {
  if (error instanceof Complaint) return error.key;
  if (error instanceof Refusal || error instanceof Unavailable) return error.code;
  return error instanceof LoadError ? 'checkpoint-refused' : 'fault';
}
