/** The lines of a poem of the corpus. */

/** The verse lines of a text, without the marks `，` and `。` that end them. */
export function linesOf(text: string): string[] {
  return text.split(/[，。]/u).filter((line) => line !== '');
}
