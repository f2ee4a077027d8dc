/**
 * How much more often the model writes the characters of a line than people do. Readers like a line of mist, moon and
 * reeds better than one of 不, 是 and 將, so a poet that learns from ratings writes more and more of the first, and its poems
 * become alike. They cannot see that, because they rate a poem at a time.
 */

/** Of one character, in nats. So a rare character does not decide about a line. */
const LIMIT = 2;
/** Added to each count. */
const SMOOTHING = 2;

/**
 * Returns the mean, over the characters of a line, of the logarithm of their frequency in `models` over that in `peoples`,
 * in nats. Both are texts without marks.
 */
export function characterExcess(
  models: Iterable<string>,
  peoples: Iterable<string>,
): (line: string) => number {
  const ours = frequencies(models);
  const theirs = frequencies(peoples);
  return (line) => {
    const chars = [...line];
    const sum = chars.reduce((sum, char) => {
      const ratio = Math.log(ours(char) / theirs(char));
      return sum + Math.max(-LIMIT, Math.min(LIMIT, ratio));
    }, 0);
    return sum / Math.max(1, chars.length);
  };
}

function frequencies(texts: Iterable<string>): (char: string) => number {
  const counts = new Map<string, number>();
  let total = 0;
  for (const text of texts) {
    for (const char of text) {
      counts.set(char, (counts.get(char) ?? 0) + 1);
      total++;
    }
  }
  return (char) => ((counts.get(char) ?? 0) + SMOOTHING) / Math.max(1, total);
}
