/** The values in the menu of offered lines. They hold the line itself, so that the menu works after a restart. */

/** Leaves the line as it is. */
export const KEEP = 'keep';

/** `text` is the line in traditional script, without its mark. */
export function offeredValue(line: number, text: string): string {
  return `${line} ${text}`;
}

/** Null if the value is of no offered line. */
export function readOfferedValue(value: string): { readonly line: number; readonly text: string } | null {
  const [, line, text] = /^(\d{1,2}) (\p{Unified_Ideograph}{5}|\p{Unified_Ideograph}{7})$/u.exec(value) ?? [];
  return line === undefined || text === undefined ? null : { line: Number(line), text };
}
