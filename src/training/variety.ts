/**
 * Measures the variety that a user sees who asks for the same thing again and again: many poems on one opening, each with
 * the next seed. Lines and phrases that come back are counted.
 */

import { openDecoder } from '../decoding/open-decoder.ts';
import type { SearchSettings } from '../decoding/search.ts';
import type { Checkpoint } from '../model/checkpoint.ts';
import { compilePlan } from '../poetry/compile.ts';
import type { Mood } from '../poetry/request.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { generateAll } from './generation.ts';

/** In the script in which they are typed. */
const OPENINGS = ['月', '春风', '山'] as const;
const PHRASE_LENGTH = 4;

export interface VarietyOptions extends SearchSettings {
  /** Poems on each opening; their seeds are 1, 2, 3 and so on. */
  readonly poems: number;
  readonly mood: Mood;
}

export interface Variety {
  readonly opening: string;
  readonly poems: number;
  /** Share of the lines that stand in another poem too. */
  readonly repeatedLines: number;
  /** The phrase of four characters that is in most poems, and the share of poems that it is in. */
  readonly commonestPhrase: string;
  readonly phraseShare: number;
}

/** Writes quatrains of seven, the default form, with the engine of this thread. */
export async function measureVariety(
  checkpoint: Checkpoint,
  { poems, ...options }: VarietyOptions,
): Promise<Variety[]> {
  const decoder = await openDecoder(checkpoint);
  try {
    const measured: Variety[] = [];
    for (const opening of OPENINGS) {
      const plan = compilePlan({
        kind: 'poem',
        opening,
        form: 'qijue',
        title: '',
        meter: 'strict',
        rhyme: 'auto',
      });
      const plans = Array.from({ length: poems }, () => plan);
      const { poems: written } = await generateAll(decoder, plans, { ...options, seed: 1 });
      measured.push(
        varietyOf(
          opening,
          written.map(({ characters }) => characters.join('')),
        ),
      );
    }
    return measured;
  } finally {
    decoder.dispose();
  }
}

/** The measures over the texts of poems on one opening. */
export function varietyOf(opening: string, texts: readonly string[]): Variety {
  const lines = countInTexts(texts, verseLines);
  const phrases = countInTexts(texts, phrasesOf);
  let [all, repeated] = [0, 0];
  for (const count of lines.values()) {
    all += count;
    if (count > 1) repeated += count;
  }
  let [commonestPhrase, most] = ['', 0];
  for (const [phrase, count] of phrases) if (count > most) [commonestPhrase, most] = [phrase, count];
  return {
    opening,
    poems: texts.length,
    repeatedLines: all > 0 ? repeated / all : 0,
    commonestPhrase,
    phraseShare: texts.length > 0 ? most / texts.length : 0,
  };
}

/** In how many texts each part stands. */
function countInTexts(
  texts: readonly string[],
  partsOf: (text: string) => Iterable<string>,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const part of new Set(partsOf(text))) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return counts;
}

function* phrasesOf(text: string): Generator<string> {
  for (const line of verseLines(text)) {
    const characters = [...line];
    for (let at = 0; at + PHRASE_LENGTH <= characters.length; at++) {
      yield characters.slice(at, at + PHRASE_LENGTH).join('');
    }
  }
}

export function varietyTable(measured: readonly Variety[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    'opening  poems  lines in two poems or more  commonest phrase of four',
    ...measured.map(({ opening, poems, repeatedLines, commonestPhrase, phraseShare }) =>
      [
        opening.padEnd(8 - opening.length),
        String(poems).padStart(6),
        percent(repeatedLines).padStart(27),
        `  ${commonestPhrase} in ${percent(phraseShare)}`,
      ].join(' '),
    ),
  ].join('\n');
}
