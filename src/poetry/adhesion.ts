/**
 * Finds patterns for a poem whose lines may break 對 or 黏 (失對, 失黏). Such a line has the wrong kind, and all its tones
 * follow: against the regular pattern a whole couplet would be wrong. The tradition names the one fault instead, and goes
 * on from the line as it is (王力《漢語詩律學》).
 */

import type { LineLength } from './form.ts';
import { FIRST_LINES, type FirstLine, fitLine, type LineKind, patternOf, regularKinds } from './meter.ts';
import type { Pattern } from './plan.ts';
import type { Meter } from './request.ts';
import { rescuedPlace } from './rescue.ts';

/** A line whose kind does not follow from the line before it. */
export interface KindFault {
  /** Index of the verse line, from 0. */
  readonly line: number;
  /** `opposition` (對) within a couplet, `adhesion` (黏) between two couplets. */
  readonly rule: 'opposition' | 'adhesion';
}

export interface NearPattern {
  readonly pattern: Pattern;
  readonly faults: readonly KindFault[];
}

/**
 * The weight of a fault against characters of a wrong tone. A line of the wrong kind has two or three such characters, so
 * it counts as a fault, and a line with one wrong character does not.
 */
export const FAULT_WEIGHT = 1.5;

const KINDS: readonly LineKind[] = ['a', 'b'];

interface Path {
  readonly cost: number;
  readonly kinds: readonly LineKind[];
}

/** For each of the four first lines, the pattern that fits the tone bits of the poem best. */
export function nearPatterns(
  tones: readonly (readonly number[])[],
  length: LineLength,
  meter: Exclude<Meter, 'none'>,
): NearPattern[] {
  return FIRST_LINES.map((first) => {
    const kinds = bestKinds(tones, first, length, meter);
    return { pattern: patternOf(first, kinds, length, meter), faults: faultsOf(kinds) };
  });
}

/** The kinds with the lowest cost, by dynamic programming over the lines. */
function bestKinds(
  tones: readonly (readonly number[])[],
  first: FirstLine,
  length: LineLength,
  meter: Exclude<Meter, 'none'>,
): readonly LineKind[] {
  const uniform = (kind: LineKind) =>
    patternOf(
      first,
      tones.map(() => kind),
      length,
      meter,
    );
  const shapes = { a: uniform('a'), b: uniform('b') };
  const broken = (line: number, kind: LineKind) =>
    fitLine(tones[line] ?? [], shapes[kind].lines[line] ?? '').broken.length;
  let paths: Path[] = [{ cost: broken(0, first.start), kinds: [first.start] }];
  for (let line = 1; line < tones.length; line++) {
    paths = KINDS.map((kind) => {
      const cost = broken(line, kind);
      return paths
        .map((path): Path => {
          const kinds = [...path.kinds, kind];
          const pair = { ...shapes[kind], lines: kinds.map((each, i) => shapes[each].lines[i] ?? '') };
          const rescued = rescuedPlace(tones, pair, line - 1) === null ? 0 : 1;
          const fault = kind === regularAfter(path.kinds) ? 0 : FAULT_WEIGHT;
          return { cost: path.cost + cost + fault - rescued, kinds };
        })
        .reduce((best, path) => (path.cost < best.cost ? path : best));
    });
  }
  return paths.reduce((best, path) => (path.cost < best.cost ? path : best)).kinds;
}

/** The kind that follows by 對 or 黏. */
function regularAfter(kinds: readonly LineKind[]): LineKind {
  const last = kinds.at(-1) ?? 'a';
  const [, opposite = last] = regularKinds(last, 2);
  return kinds.length % 2 === 1 ? opposite : last;
}

function faultsOf(kinds: readonly LineKind[]): KindFault[] {
  return kinds.flatMap((kind, line): KindFault[] => {
    if (line === 0 || kind === regularAfter(kinds.slice(0, line))) return [];
    return [{ line, rule: line % 2 === 1 ? 'opposition' : 'adhesion' }];
  });
}
