/** Tells a waiting asker their place in the queue, where the wait is long. */

import type { WriteOptions } from '../../service/inference.ts';
import { type Locale, say } from '../locale.ts';
import { sentenceMessage } from './message.ts';
import type { Reply } from './reply.ts';

/** A wait shorter than this is not worth a word. */
const LONG_WAIT_MS = 2_000;

/** Says only what is known: no place while a limit holds the order back, no time where none can be told. */
function waitingSentence(locale: Locale, place: number | null, expectedMs: number | null): string {
  if (expectedMs === null) {
    return place === null ? say(locale, 'waiting-held-untimed') : say(locale, 'waiting-untimed', { place });
  }
  const seconds = Math.max(1, Math.ceil(expectedMs / 1000));
  return place === null
    ? say(locale, 'waiting-held', { seconds })
    : say(locale, 'waiting', { place, seconds });
}

/** One notice after the other; what comes while one is on its way is left out. */
export class WaitingNotices {
  /** When the last notice has been taken; an answer must not come before it. */
  settled: Promise<void> = Promise.resolve();
  readonly #since = performance.now();
  #busy = false;

  constructor(
    readonly reply: Pick<Reply, 'edit'>,
    readonly locale: Locale,
    /** Nothing can be shown before the deferral has been taken. */
    readonly deferral: Promise<void>,
  ) {}

  readonly onWaiting: NonNullable<WriteOptions['onWaiting']> = (place, expectedMs) => {
    const wait = Math.max(expectedMs ?? 0, performance.now() - this.#since);
    if (this.#busy || wait < LONG_WAIT_MS) return;
    this.#busy = true;
    const notice = sentenceMessage(waitingSentence(this.locale, place, expectedMs), this.locale);
    this.settled = this.deferral
      .then(() => this.reply.edit(notice))
      // A lost notice is no matter; a lost deferral is reported where the answer is given.
      .catch(() => {})
      .finally(() => {
        this.#busy = false;
      });
  };
}
