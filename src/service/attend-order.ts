/** Attends to one order until it is done: its deadline, the asker's cancellation, and notices of the wait. */

import { Unavailable, type WriteOptions } from './inference.ts';
import type { Ticket } from './ticket.ts';

/** A wait longer than this is reported, and reported again at this interval. */
const NOTICE_MS = 2000;

/**
 * Waits for the result of a ticket. Aborts `stop` with {@link Unavailable} at the deadline and when the asker cancels the
 * order.
 */
export async function attend<T>(
  ticket: Ticket<T>,
  stop: AbortController,
  deadlineMs: number,
  { signal, onWaiting }: WriteOptions,
): Promise<T> {
  const cancel = () => stop.abort(new Unavailable('cancelled'));
  const expire = () => stop.abort(new Unavailable('deadline', ticket.wait()?.expectedMs ?? null));
  const notify = () => {
    const wait = ticket.wait();
    if (wait) onWaiting?.(wait.place, wait.expectedMs);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  const deadline = setTimeout(expire, deadlineMs);
  const notices = setInterval(notify, NOTICE_MS);
  try {
    return await ticket.done;
  } finally {
    clearInterval(notices);
    clearTimeout(deadline);
    signal?.removeEventListener('abort', cancel);
  }
}
