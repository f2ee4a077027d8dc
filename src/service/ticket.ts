/** What an order that is not yet a poem can be told. */
export interface Wait {
  /** 1 is next in the line for the batch; null while a limit of the user's or guild's holds the order back. */
  readonly place: number | null;
  /** Milliseconds until its turn; null where that cannot be told. */
  readonly expectedMs: number | null;
}

/** An order's wait and, once its turn has come, what became of it. */
export interface Turn<T> {
  readonly done: Promise<T>;
  /** Null once the turn has come. */
  wait(): Wait | null;
}
