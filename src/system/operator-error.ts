/** An error that the operator can fix. The message is one complete sentence that says how. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
