/** The 格律 report in words: the tones of every line, pattern, rhyme, and whatever breaks them. */

import type { VersePlan } from '../poetry/plan.ts';
import { reportOn } from '../poetry/report.ts';
import type { Script } from '../poetry/request.ts';
import { toTraditional } from '../poetry/script.ts';
import type { Poem } from './answer.ts';
import { type Locale, say } from './locale.ts';
import { inScript } from './verse.ts';

/** On a poem as it was written, with the seed that writes it again. */
export function poemReport(poem: Poem, locale: Locale): readonly string[] {
  const seed = say(locale, 'footer-seed', { seed: String(poem.ask.seed) });
  return [...reportLines(poem.written.characters, poem.plan, poem.script, locale), seed];
}

/**
 * On a poem as it is shown: its verse lines, in either script, each with its mark. What the plan gave stands as
 * it gave it; of the rest, simplified characters are read as the traditional ones that the lines mean.
 */
export function shownReport(
  verses: readonly string[],
  plan: VersePlan,
  script: Script,
  locale: Locale,
): readonly string[] {
  const characters = [...toTraditional(verses.join(''))].map((character, i) => {
    const slot = plan.slots[i];
    return slot?.kind === 'given' ? slot.text : character;
  });
  return reportLines(characters, plan, script, locale);
}

function reportLines(
  characters: readonly string[],
  plan: VersePlan,
  script: Script,
  locale: Locale,
): readonly string[] {
  const report = reportOn({ characters, plan });
  const show = (text: string) => inScript(text, script);
  const verses = report.lines.map(
    (line) =>
      `${show(line.map(({ character }) => character).join(''))}　${line.map(({ tone }) => tone ?? '？').join('')}`,
  );
  const breaches = report.deviations.map(({ line, position, character, rule, expected }) =>
    say(locale, `report-${rule}`, {
      line: line + 1,
      position: position + 1,
      character: show(character),
      expected: show(expected),
    }),
  );
  const { pattern, rhyme } = report;
  return [
    ...verses,
    ...(pattern === null ? [] : [say(locale, 'report-pattern', { pattern: show(pattern) })]),
    rhyme === null
      ? say(locale, 'report-no-rhyme')
      : say(locale, 'report-rhyme-group', { rhyme: show(rhyme) }),
    ...(breaches.length > 0 ? breaches : [say(locale, 'report-fits')]),
  ];
}
