/**
 * The seasons and the times of day that a poem names, and how many words contradict the others: plum blossom in autumn, a
 * setting sun at midnight. Readers fall over these more than over anything else that can be counted (docs/decisions/42).
 *
 * People leave their season too, in memory or metaphor. So a contradiction costs a candidate something, and is not forbidden.
 */

/** Words, in traditional script, and where each of them may stand. */
type Lexicon<Place extends string> = readonly (readonly [words: RegExp, places: readonly Place[]])[];

const SEASONS: Lexicon<'spring' | 'summer' | 'autumn' | 'winter'> = [
  [/春(?!秋)|東風|桃花|杏花|柳絮|楊花|飛絮|鶯|杜鵑|子規|寒食|清明|花開|花發|落花|飛花|芳草/g, ['spring']],
  [/柳/g, ['spring', 'summer']],
  [/夏|暑|炎/g, ['summer']],
  [/荷|蓮|藕|芰|菡萏|蟬/g, ['summer', 'autumn']],
  // Not spring and autumn (annals, years), a thousand or three autumns (time), nor the singer 秋娘.
  [/(?<![春千三])秋(?![千娘])|荻|蘆|蛩|蟋蟀|菊|楓|紅葉|黃葉|砧|西風|重陽|茱萸|白露/g, ['autumn']],
  [/落葉|木葉|霜|雁/g, ['autumn', 'winter']],
  [/冬|臘/g, ['winter']],
  [/雪|梅/g, ['winter', 'spring']],
];

const TIMES: Lexicon<'dawn' | 'day' | 'dusk' | 'night'> = [
  [/曉|晨|平明|天明/g, ['dawn', 'night']],
  [/晝|午|白日|日高/g, ['day']],
  [/夕陽|斜陽|斜日|斜暉|殘陽|殘照|落照|落日|返照|日斜|夕照/g, ['dusk']],
  [/夜|宵|月|燈|燭|星|更漏|漏聲/g, ['night']],
];

/** How many words contradict the rest. */
export interface SceneClashes {
  readonly seasons: number;
  readonly times: number;
}

/** The clashes of a text in traditional script; marks do no harm. A word that comes back counts once. */
export function sceneClashes(text: string): SceneClashes {
  return { seasons: misfits(text, SEASONS), times: misfits(text, TIMES) };
}

/** The words that do not fit the place that most of the words fit. */
function misfits<Place extends string>(text: string, lexicon: Lexicon<Place>): number {
  const fits = new Map<Place, number>();
  let words = 0;
  for (const [pattern, places] of lexicon) {
    const found = new Set(text.match(pattern)).size;
    words += found;
    for (const place of places) fits.set(place, (fits.get(place) ?? 0) + found);
  }
  return words - Math.max(...fits.values());
}
