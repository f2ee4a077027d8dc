/** The one form in which every program of this project says why it cannot start or cannot continue. */

/** Writes `shiren: MESSAGE` and a line break to standard error. Does not end the program. */
export function printFailure(message: string): void {
  process.stderr.write(`shiren: ${message}\n`);
}
