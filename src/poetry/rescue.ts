/**
 * The rescue of a line by the next one (對句相救), after 王力《詩詞格律》. A line that should end 平仄 may end 仄仄 (大拗) if
 * the line after it has a level character in the third place from its end: 野火燒不盡，春風吹又生.
 *
 * The rescues within a line (孤平拗救, 平平仄平仄) are alternatives in the patterns of meter.ts.
 */

import { fitLine } from './meter.ts';
import type { Pattern } from './plan.ts';
import { TONE } from './prosody.ts';

/**
 * The place in a line that breaks the pattern and is rescued by the next line. Null if there is none. `tones` has the tone
 * bits of all lines.
 */
export function rescuedPlace(
  tones: readonly (readonly number[])[],
  pattern: Pick<Pattern, 'lines' | 'rhymed'>,
  line: number,
): number | null {
  const own = tones[line] ?? [];
  const next = tones[line + 1] ?? [];
  // The next line belongs to the same couplet only if this one has an even index.
  if (line % 2 === 1 || pattern.rhymed.includes(line) || !pattern.rhymed.includes(line + 1)) return null;
  const { shape, broken } = fitLine(own, pattern.lines[line] ?? '');
  const place = own.length - 2;
  if (broken.length !== 1 || broken[0] !== place || shape[place] !== TONE.level) return null;
  if (fitLine(next, pattern.lines[line + 1] ?? '').broken.length > 0) return null;
  return ((next.at(-3) ?? 0) & TONE.level) !== 0 ? place : null;
}
