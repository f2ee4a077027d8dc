/** The errors of the setup. Their messages say what is wrong; nothing that was installed before has changed. */

import { OperatorError } from '../../src/system/operator-error.ts';

/** The setup failed. */
export class SetupError extends OperatorError {
  override readonly name: string = 'SetupError';

  /** `remedy` says what the user can do. Null if that is not known. */
  constructor(
    message: string,
    readonly remedy: string | null = null,
  ) {
    super(message);
  }
}

/** The setup did not fail, but something that it needs is not available on this machine or over its network. */
export class NotObtainable extends SetupError {
  override readonly name = 'NotObtainable';
}
