/** The setup cannot go on; nothing that was there before has been changed. */
export class SetupError extends Error {
  override readonly name: string = 'SetupError';

  /** `remedy` says what the reader can do, where that is known. */
  constructor(
    message: string,
    readonly remedy: string | null = null,
  ) {
    super(message);
  }
}

/** What the setup needs is not to be had on this machine or over its network: no fault of the setup's. */
export class NotObtainable extends SetupError {
  override readonly name = 'NotObtainable';
}
