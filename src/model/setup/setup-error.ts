/** The setup cannot go on; nothing that was there before has been changed. */
export class SetupError extends Error {
  override readonly name = 'SetupError';

  /** `remedy` says what the reader can do, where that is known. */
  constructor(
    message: string,
    readonly remedy: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
