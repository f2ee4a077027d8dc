/** Counts what a poem repeats: its characters, and its pairs of neighbouring characters. */

export interface RepetitionCount {
  /** Characters that stood in the poem before. A doubled character (悠悠) does not count. */
  readonly characters: number;
  /** Pairs of neighbours within a line that stood in the poem before. */
  readonly pairs: number;
}

/** Counts over the verse lines of a poem; each line is an array of characters, without its mark. */
export function countRepetition(lines: Iterable<readonly string[]>): RepetitionCount {
  const seenCharacters = new Set<string>();
  const seenPairs = new Set<string>();
  let characters = 0;
  let pairs = 0;
  for (const line of lines) {
    let before: string | null = null;
    for (const character of line) {
      if (seenCharacters.has(character) && character !== before) characters++;
      seenCharacters.add(character);
      if (before !== null) {
        const pair: string = before + character;
        if (seenPairs.has(pair)) pairs++;
        seenPairs.add(pair);
      }
      before = character;
    }
  }
  return { characters, pairs };
}
