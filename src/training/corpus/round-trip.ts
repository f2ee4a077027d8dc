/**
 * Measures how well simplified script can be read back: every poem of the corpus is shown in simplified script and restored,
 * and compared with itself, line by line.
 */

import { tonesOf } from '../../poetry/prosody.ts';
import { restoreVerse } from '../../poetry/restore.ts';
import { toSimplified } from '../../poetry/script.ts';
import { sameSpelling } from './spellings.ts';

/** A character of the corpus that came back as another one. */
export interface Confusion {
  readonly written: string;
  readonly restored: string;
  /** In how many places. */
  readonly count: number;
}

export interface RoundTrip {
  /** Lines in all; a line ends with a mark. */
  readonly lines: number;
  /** Lines of which a character came back as another one. */
  readonly changed: number;
  /** The same, but another spelling of the same word (spellings.ts) does not count. */
  readonly lost: number;
  /** Lines of which a character came back as one of another tone. */
  readonly otherTone: number;
  /** The confusions behind `lost`, the most frequent first. */
  readonly confusions: readonly Confusion[];
}

/** `texts` are poems in traditional script. */
export function roundTrip(texts: Iterable<string>): RoundTrip {
  const total = { lines: 0, changed: 0, lost: 0, otherTone: 0 };
  const counts = new Map<string, number>();
  for (const text of texts) {
    const restored = [...restoreVerse(toSimplified(text))];
    let at = 0;
    for (const line of text.match(/[^，。]+[，。]/gu) ?? []) {
      const written = [...line];
      const pairs = written.map((char, i) => [char, restored[at + i] ?? ''] as const);
      at += written.length;
      const changed = pairs.filter(([char, back]) => char !== back);
      const lost = changed.filter(([char, back]) => !sameSpelling(char, back));
      total.lines += 1;
      total.changed += changed.length > 0 ? 1 : 0;
      total.lost += lost.length > 0 ? 1 : 0;
      total.otherTone += changed.some(([char, back]) => differsInTone(char, back)) ? 1 : 0;
      for (const [char, back] of lost) counts.set(char + back, (counts.get(char + back) ?? 0) + 1);
    }
  }
  const confusions = [...counts].map(([pair, count]): Confusion => {
    const [written = '', back = ''] = pair;
    return { written, restored: back, count };
  });
  return { ...total, confusions: confusions.sort((a, b) => b.count - a.count) };
}

/** Whether the two have no tone in common. A character of unknown tone differs from none. */
function differsInTone(one: string, other: string): boolean {
  const [first, second] = [tonesOf(one), tonesOf(other)];
  return first !== 0 && second !== 0 && (first & second) === 0;
}

/** So many confusions are printed. */
const PRINTED = 20;

/** What `npm run corpus -- --round-trip` prints. Without a line end after the last line. */
export function tableOfRoundTrip({ lines, changed, lost, otherTone, confusions }: RoundTrip): string {
  const row = (label: string, number: number) => {
    const share = `${((100 * number) / Math.max(1, lines)).toFixed(2)} %`;
    return `${label.padEnd(36)}${number.toLocaleString('en-US').padStart(9)}${share.padStart(10)}`;
  };
  return [
    row('lines', lines),
    row('a character came back as another', changed),
    row('  apart from spellings of one word', lost),
    row('  as one of another tone', otherTone),
    '',
    'most frequent, apart from spellings (as written, as restored):',
    ...confusions
      .slice(0, PRINTED)
      .map(({ written, restored, count }) => `  ${written} ${restored} ${String(count).padStart(6)}`),
  ].join('\n');
}
