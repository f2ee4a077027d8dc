/**
 * How many feet of a verse are attested: known from the training poems. A foot that nobody wrote is often a word that does
 * not exist; verse of known feet alone is worn.
 */

import { feetOf } from '../poetry/feet.ts';

/** A pair of neighbours that occurs less often in the training lines is not attested. */
const MIN_OCCURRENCES = 3;

export class AttestedFeet {
  readonly #pairs: ReadonlySet<string>;

  /** `lines` are the verse lines of the training poems, without marks. */
  constructor(lines: Iterable<string>) {
    const counts = new Map<string, number>();
    for (const line of lines) for (const pair of pairsOf(line)) counts.set(pair, (counts.get(pair) ?? 0) + 1);
    this.#pairs = new Set([...counts].filter(([, count]) => count >= MIN_OCCURRENCES).map(([pair]) => pair));
  }

  /** A foot of three characters is attested if the first two or the last two are. */
  has(foot: string): boolean {
    return pairsOf(foot).some((pair) => this.#pairs.has(pair));
  }

  /** The share of attested feet in verse lines, 0 to 1; null if there are no feet. */
  share(lines: readonly string[]): number | null {
    const feet = lines.flatMap(feetOf);
    return feet.length > 0 ? feet.filter((foot) => this.has(foot)).length / feet.length : null;
  }
}

function pairsOf(text: string): string[] {
  const characters = [...text];
  return characters.slice(1).map((char, i) => `${characters[i]}${char}`);
}
