/** Tells a waiting asker their place in the queue, where the wait is long. */

import type { WriteOptions } from '../../service/inference.ts';
import { type Locale, say } from '../locale.ts';
import { sentenceMessage } from './message.ts';
import type { Reply } from './reply.ts';

/** A wait shorter than this is not worth a word. */
const LONG_WAIT_MS = 2_000;

/** One notice after the other; what comes while one is on its way is left out. */
export class WaitingNotices {
  /** When the last notice has been taken; an answer must not come before it. */
  settled: Promise<void> = Promise.resolve();
  readonly #since = performance.now();
  #busy = false;

  constructor(
    readonly reply: Reply,
    readonly locale: Locale,
    /** Nothing can be shown before the deferral has been taken. */
    readonly deferral: Promise<void>,
  ) {}

  readonly onWaiting: NonNullable<WriteOptions['onWaiting']> = (place, expectedMs) => {
    const wait = Math.max(expectedMs, performance.now() - this.#since);
    if (this.#busy || wait < LONG_WAIT_MS) return;
    this.#busy = true;
    const seconds = Math.max(1, Math.ceil(expectedMs / 1000));
    const notice = sentenceMessage(say(this.locale, 'waiting', { place, seconds }), this.locale);
    this.settled = this.deferral
      .then(() => this.reply.edit(notice))
      // A lost notice is no matter; a lost deferral is reported where the answer is given.
      .catch(() => {})
      .finally(() => {
        this.#busy = false;
      });
  };
}
