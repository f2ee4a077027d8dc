/** Markdown tables, and the formats of the numbers in them. */

/** Stands for a missing number. */
export const NONE = '–';
export const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
export const fixed = (value: number, digits: number) => value.toFixed(digits);
export const whole = (value: number) => Math.round(value).toLocaleString('en-US');
export const millions = (value: number) => `${(value / 1e6).toFixed(2)} M`;
export const mebibytes = (value: number) => `${whole(value / 2 ** 20)} MiB`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
