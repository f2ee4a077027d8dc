/** An error that the person who runs the program can mend: the message is one whole sentence that says how. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
