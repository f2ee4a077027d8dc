/** Distinct-n (Li et al. 2016): how many different n-grams there are among all of them. Low if texts repeat one another. */

/** The n-grams of one line. */
export function ngramsOf(line: readonly string[], n: number): string[] {
  return line.slice(n - 1).map((_, i) => line.slice(i, i + n).join(''));
}

/** The share of different n-grams among all n-grams within lines, from 0 to 1; null if there are none. */
export function distinctShare(lines: readonly (readonly string[])[], n: number): number | null {
  const all = lines.flatMap((line) => ngramsOf(line, n));
  return all.length === 0 ? null : new Set(all).size / all.length;
}
