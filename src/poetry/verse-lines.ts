/**
 * Splits the text of a poem into its verse lines. In the texts of this project every verse line ends with one of
 * two marks, 「，」 or 「。」.
 */

const LINE = /[^，。]+/gu;
const LINE_AND_MARK = /[^，。]+[，。]?/gu;

/** The verse lines of `text` without their marks. Empty lines are left out. */
export function verseLines(text: string): string[] {
  return text.match(LINE) ?? [];
}

/** The verse lines of `text`, each with the mark that ends it. Only the last line may lack its mark. */
export function markedVerseLines(text: string): string[] {
  return text.match(LINE_AND_MARK) ?? [];
}

/** Whether a character is one of the two marks that end a verse line. */
export function isLineMark(character: string): boolean {
  return character === '，' || character === '。';
}
