/** Shows a waiting user the poem's place in the queue, if the wait is long. */

import type { WriteOptions } from '../../service/inference.ts';
import { type Locale, say } from '../locale.ts';
import type { InteractionReply } from './interaction-reply.ts';
import { sentenceMessage } from './message.ts';

/** A shorter wait is not announced. */
const LONG_WAIT_MS = 2_000;

/** `place` is null while a limit holds the order back. `expectedMs` is null if the wait cannot be estimated. */
function waitingSentence(locale: Locale, place: number | null, expectedMs: number | null): string {
  if (expectedMs === null) {
    return place === null ? say(locale, 'waiting-held-untimed') : say(locale, 'waiting-untimed', { place });
  }
  const seconds = Math.max(1, Math.ceil(expectedMs / 1000));
  return place === null
    ? say(locale, 'waiting-held', { seconds })
    : say(locale, 'waiting', { place, seconds });
}

/** Sends one notice at a time. News that arrive while a notice is being sent, or after the end, are dropped. */
export class WaitingNotices {
  #sending: Promise<void> = Promise.resolve();
  readonly #since = performance.now();
  #busy = false;
  #ended = false;

  constructor(
    readonly reply: Pick<InteractionReply, 'edit'>,
    readonly locale: Locale,
    /** Resolves when Discord has accepted the deferral. Nothing can be shown earlier. */
    readonly deferral: Promise<void>,
  ) {}

  /** Sends no more notices. Resolves when the last one has been sent: the answer must come after it, or it would be covered. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#sending;
  }

  readonly onWaiting: NonNullable<WriteOptions['onWaiting']> = (place, expectedMs) => {
    const wait = Math.max(expectedMs ?? 0, performance.now() - this.#since);
    if (this.#ended || this.#busy || wait < LONG_WAIT_MS) return;
    this.#busy = true;
    const notice = sentenceMessage(waitingSentence(this.locale, place, expectedMs), this.locale);
    this.#sending = this.deferral
      .then(() => this.reply.edit(notice))
      // A notice may be lost. A failed deferral is reported where the answer is sent.
      .catch(() => {})
      .finally(() => {
        this.#busy = false;
      });
  };
}
