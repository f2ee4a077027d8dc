/**
 * The 格律 report in words: the tones of every line, the pattern, the rhyme group, every deviation from them, and the
 * line of the corpus that is nearest to a line of the poem.
 */

import type { Place } from '../poetry/pattern-fit.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { reportOn } from '../poetry/report.ts';
import type { Script } from '../poetry/request.ts';
import { showCharacters } from '../poetry/show.ts';
import type { Inference } from '../service/inference.ts';
import { type Locale, say } from './locale.ts';
import { inScript } from './poem-layout.ts';

const QUATRAIN = 4;

/** The poem to report on. */
export interface ReportSubject {
  /** One string for each slot of the plan, in traditional script. */
  readonly characters: readonly string[];
  readonly plan: VersePlan;
  /** The script to report in. */
  readonly script: Script;
  /** The characters as they are shown. Default: in the script, but what the user gave as it was typed. */
  readonly shown?: readonly string[];
}

/** The lines of the report in `locale`. */
export async function reportLines(
  { characters, plan, script, shown = showCharacters(characters, plan, script) }: ReportSubject,
  inference: Inference,
  locale: Locale,
): Promise<readonly string[]> {
  const { lines, pattern, rhyme, oldStyle, neighbourRhyme, deviations, rescued, unknown } = reportOn({
    characters,
    plan,
  });
  const show = (text: string) => inScript(text, script);
  const verses = lines.map((line) => line.map(({ character }) => character).join(''));
  const tones = lines.map((line) => line.map(({ tone }) => tone ?? '？').join(''));
  const shownLine = (line: number) =>
    shown.slice(line * (plan.length + 1), line * (plan.length + 1) + plan.length);
  const at = ({ line, position, character }: Place) => ({
    line: line + 1,
    position: position + 1,
    character: shownLine(line)[position] ?? show(character),
  });
  const remarks = [
    ...deviations.map((deviation) =>
      say(locale, `report-${deviation.rule}`, { ...at(deviation), expected: show(deviation.expected) }),
    ),
    ...unknown.map((place) => say(locale, 'report-unknown', at(place))),
  ];
  return [
    ...verses.map((_, i) => `${shownLine(i).join('')}　${tones[i]}`),
    ...(oldStyle && pattern !== null
      ? [say(locale, 'report-old-style', { style: show(lines.length === QUATRAIN ? '古絕' : '古風') })]
      : []),
    ...(pattern === null ? [] : [say(locale, 'report-pattern', { pattern: show(pattern) })]),
    rhyme === null
      ? say(locale, 'report-no-rhyme')
      : say(locale, 'report-rhyme-group', { rhyme: show(rhyme) }),
    ...(neighbourRhyme ? [say(locale, 'report-neighbour')] : []),
    ...rescued.map((place) => say(locale, 'report-rescued', at(place))),
    // Without a pattern there is nothing that the characters could fit.
    ...(remarks.length > 0 || pattern === null ? remarks : [say(locale, 'report-fits')]),
    ...(await nearestLines(verses, inference, locale, show)),
  ];
}

/** One report line about the closest match between a verse line and a line of the corpus; none if nothing matches. */
async function nearestLines(
  verses: readonly string[],
  inference: Inference,
  locale: Locale,
  show: (text: string) => string,
): Promise<readonly string[]> {
  const found = (await inference.nearest(verses)) ?? [];
  let nearest: { readonly line: string; readonly same: number; readonly number: number } | null = null;
  for (const [i, near] of found.entries()) {
    if (near && near.same > (nearest?.same ?? 0)) nearest = { ...near, number: i + 1 };
  }
  if (nearest === null) return [];
  const { line, same, number } = nearest;
  return [
    say(locale, 'report-nearest', { nearest: show(line), line: number, same, length: [...line].length }),
  ];
}
