/** The 格律 report in words: the tones of every line, pattern, rhyme, whatever breaks them, and how new the lines are. */

import type { VersePlan } from '../poetry/plan.ts';
import { reportOn } from '../poetry/report.ts';
import type { Script } from '../poetry/request.ts';
import type { Inference } from '../service/inference.ts';
import { type Locale, say } from './locale.ts';
import { inScript } from './verse.ts';

/** What is reported on: one string a slot of the plan, in traditional script. */
export interface Subject {
  readonly characters: readonly string[];
  readonly plan: VersePlan;
  /** The script to report in. */
  readonly script: Script;
}

export async function reportLines(
  { characters, plan, script }: Subject,
  inference: Inference,
  locale: Locale,
): Promise<readonly string[]> {
  const { lines, pattern, rhyme, deviations } = reportOn({ characters, plan });
  const show = (text: string) => inScript(text, script);
  const verses = lines.map((line) => line.map(({ character }) => character).join(''));
  const tones = lines.map((line) => line.map(({ tone }) => tone ?? '？').join(''));
  const breaches = deviations.map(({ line, position, character, rule, expected }) =>
    say(locale, `report-${rule}`, {
      line: line + 1,
      position: position + 1,
      character: show(character),
      expected: show(expected),
    }),
  );
  return [
    ...verses.map((verse, i) => `${show(verse)}　${tones[i]}`),
    ...(pattern === null ? [] : [say(locale, 'report-pattern', { pattern: show(pattern) })]),
    rhyme === null
      ? say(locale, 'report-no-rhyme')
      : say(locale, 'report-rhyme-group', { rhyme: show(rhyme) }),
    // Nothing is said of a pattern that nobody asked for.
    ...(breaches.length > 0 || pattern === null ? breaches : [say(locale, 'report-fits')]),
    ...(await noveltyLines(verses, inference, locale, show)),
  ];
}

/** The verse line that is nearest to one of the corpus, and that one. */
async function noveltyLines(
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
