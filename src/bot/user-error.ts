/** Errors that are shown to the user, in the user's language. */

import { CardError } from '../card/studio.ts';
import { Refusal } from '../poetry/request.ts';
import { LoadError, Unavailable } from '../service/inference.ts';
import { type Locale, type SentenceValues, say } from './locale.ts';
import type { SentenceKey } from './locales/texts.ts';

/** A mistake that the bot found in a command and that the user can correct. */
export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    readonly key: SentenceKey,
    readonly values: SentenceValues = {},
  ) {
    super(`${key} ${JSON.stringify(values)}`);
  }
}

/**
 * A sentence that tells the user what is wrong and what to do. Null for a bug, which belongs in the log only. The
 * message of a `LoadError` is shown as it is, because the owners who reload a checkpoint need the name of the file.
 */
export function sentenceFor(error: unknown, locale: Locale): string | null {
  if (error instanceof UserError) return say(locale, error.key, error.values);
  if (error instanceof Refusal) return say(locale, error.code, error.values);
  if (error instanceof Unavailable) {
    if (error.retryMs === null) return say(locale, error.code);
    const seconds = Math.max(1, Math.ceil(error.retryMs / 1000));
    return say(locale, error.code) + say(locale, 'retry-in', { seconds });
  }
  if (error instanceof CardError) return say(locale, error.code);
  if (error instanceof LoadError) return say(locale, 'checkpoint-refused', { reason: error.message });
  return null;
}

/** The outcome of a failed command, as a label for the log and the metrics. */
export function outcomeOf(error: unknown): string {
  if (error instanceof UserError) return error.key;
  if (error instanceof Refusal || error instanceof Unavailable) return error.code;
  if (error instanceof CardError) return error.code;
  return error instanceof LoadError ? 'checkpoint-refused' : 'fault';
}
