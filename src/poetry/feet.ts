/**
 * The feet of a verse line: its steps of two characters, and the last three characters as one. A line of five has two
 * feet, a line of seven has three. A foot that no corpus knows is often a word that does not exist.
 */

/** `line` is hanzi without marks. The last foot has three characters if the line's length is odd. */
export function feetOf(line: string): string[] {
  const characters = [...line];
  const feet: string[] = [];
  for (let at = 0; at < characters.length; ) {
    const length = characters.length - at === 3 ? 3 : 2;
    feet.push(characters.slice(at, at + length).join(''));
    at += length;
  }
  return feet;
}
