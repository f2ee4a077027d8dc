/** What an order gets from admission: its poem to come, and meanwhile how long it has to wait. */

/** The current wait of an order. */
export interface Wait {
  /** Place in the queue for the batch, 1 is next; null while a rate limit of the user or guild holds the order back. */
  readonly place: number | null;
  /** Milliseconds until the order may start; null if that is unknown. */
  readonly expectedMs: number | null;
}

export interface Ticket<T> {
  readonly done: Promise<T>;
  /** Null once the order runs. */
  wait(): Wait | null;
}

/** The right to run under one limit. */
export interface Permit {
  /** Resolves when the order may go on. Rejects with the signal's reason if the order is cancelled before. */
  readonly granted: Promise<void>;
  /** Null once granted. */
  wait(): Wait | null;
  /** Ends the use of a granted permit. `refund`: the order produced nothing, so it does not count. */
  release(refund: boolean): void;
}
