/**
 * Conversion between simplified and traditional script, and tests of which script a text is in. The model reads and
 * writes traditional script, because tone and rhyme need it: simplified 发 is two words with two rhymes. Simplified
 * script is only a way to show a poem.
 */

import {
  ALSO_SIMPLIFIED,
  ALSO_TRADITIONAL,
  SHOWN_FORMS,
  SPELLINGS,
  TRADITIONAL_FORMS,
  VARIANTS,
} from './character-tables.ts';
import { isHanzi } from './hanzi.ts';
import { toSimplifiedDictionary as simplified, toTraditionalDictionary as traditional } from './opencc.ts';
import type { Script } from './request.ts';
import { formBetween, formInPhrase, usualForm } from './verse-contexts.ts';

/** A variant, except 沈 in the names of 沈约, and 祗 in words of its own (祗承). */
const ANY_VARIANT = new RegExp(`(?!沈[约郎]|祗[承应候奉役园])[${[...VARIANTS.keys()].join('')}]`, 'gu');

/**
 * Converts a text in either script to simplified script, phrase by phrase (乾坤 keeps its 乾). Old variants are replaced
 * too.
 */
export function toSimplified(text: string): string {
  const shown = ANY_SHOWN.test(text)
    ? simplified.segments(text).map(withShownForms).join('')
    : simplifiedByOpenCC(text);
  return shown.replace(ANY_VARIANT, (char) => VARIANTS.get(char) ?? char);
}

const ANY_SHOWN = new RegExp(`[${[...SHOWN_FORMS.keys()].join('')}]`, 'u');

function withShownForms([source, target]: readonly [string, string]): string {
  const [sources, targets] = [[...source], [...target]];
  if (sources.length !== targets.length) return target;
  return targets.map((char, i) => SHOWN_FORMS.get(sources[i] ?? '') ?? char).join('');
}

/** Converts as {@link toSimplified}, but keeps the variants that OpenCC does not change. */
export function simplifiedByOpenCC(text: string): string {
  return simplified
    .segments(text)
    .map(([, target]) => target)
    .join('');
}

/** Converts a simplified text to traditional script: 头发 becomes 頭髮, 出发 becomes 出發. */
export function toTraditional(text: string): string {
  return informedForms(text)
    .map(({ likeliest }) => likeliest)
    .join('');
}

/**
 * For each character of a simplified text, the traditional forms that it may mean, the likeliest first: one alone if verse
 * hardly has another between its neighbours. The last character of a line has all its forms, because rhyme and tone say
 * more there than the one neighbour.
 */
export function likelyForms(text: string): (readonly string[])[] {
  const each = [...text];
  return informedForms(text).map(({ source, likeliest, decidedBy }, i) =>
    decidedBy === 'words' || (decidedBy === 'verse' && isHanzi(each[i + 1] ?? ''))
      ? [likeliest]
      : [...new Set([likeliest, ...traditionalForms(source)])],
  );
}

/** What the neighbours of a character say about its traditional form. */
interface InformedForm {
  readonly source: string;
  readonly likeliest: string;
  /**
   * `words`: the words of verse around it have this form. `verse`: verse has hardly another form between these neighbours.
   * `phrase`: a phrase has the form that verse mostly has.
   */
  readonly decidedBy: 'words' | 'verse' | 'phrase' | null;
}

/**
 * The likeliest traditional form of each character of a simplified text. First verse itself decides by the neighbours
 * (verse-contexts.ts). Then a phrase of OpenCC does, but only for a form that verse has: 独占 does not become 獨佔. Then the
 * form that verse mostly has.
 */
function informedForms(text: string): InformedForm[] {
  const each = [...text];
  const inPhrases = traditional.segments(text).flatMap(([source, target]) => {
    const [sources, targets] = [[...source], [...target]];
    return sources.map((_, i) =>
      sources.length > 1 && sources.length === targets.length ? targets[i] : null,
    );
  });
  return each.map((source, i) => {
    const mostly = usualForm(source) ?? mostLikelyForm(source);
    const phrase = inPhrases[i] ?? null;
    const inPhrase = phrase !== null && traditionalForms(source).includes(phrase) ? phrase : null;
    const phrased = formInPhrase(each, i);
    if (phrased !== undefined) return { source, likeliest: phrased, decidedBy: 'words' };
    const between = formBetween(each[i - 1] ?? '', source, each[i + 1] ?? '');
    if (between !== undefined) {
      return { source, likeliest: between.form, decidedBy: between.decided ? 'verse' : null };
    }
    return { source, likeliest: inPhrase ?? mostly, decidedBy: inPhrase === mostly ? 'phrase' : null };
  });
}

/** The first form that verse writes, or OpenCC's form if the character is itself traditional. */
function mostLikelyForm(source: string): string {
  const target = traditional.character(source);
  const [first, ...others] = TRADITIONAL_FORMS.get(source) ?? [];
  return first === undefined || (first === source && others.includes(target)) ? target : first;
}

/**
 * The traditional forms that a single character may mean, the most likely first. If the character is itself
 * traditional, it is the first. Most characters have one form; a character that is the same in both scripts is its own
 * form.
 */
export function traditionalForms(char: string): readonly string[] {
  return TRADITIONAL_FORMS.get(char) ?? [traditional.character(char)];
}

/** For a character of simplified script, the other characters that become it. */
let shownAs: Map<string, string[]> | null = null;
const lookAlikesOf = new Map<string, readonly string[]>();

/**
 * The other characters that look the same as a traditional one when the text is shown in simplified script: 墻 for 牆,
 * 裡 and 里 for 裏, 疎 for 疏.
 */
export function lookAlikes(char: string): readonly string[] {
  let found = lookAlikesOf.get(char);
  if (found === undefined) {
    shownAs ??= groupByShownForm();
    const shown = shownForm(char);
    found = [...new Set([shown, ...(shownAs.get(shown) ?? [])])].filter((other) => other !== char);
    lookAlikesOf.set(char, found);
  }
  return found;
}

function groupByShownForm(): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const source of new Set([...simplified.sources(), ...VARIANTS.keys()])) {
    const shown = shownForm(source);
    const sources = groups.get(shown);
    if (sources) sources.push(source);
    else groups.set(shown, [source]);
  }
  return groups;
}

/** How a single character is shown in simplified script. */
function shownForm(char: string): string {
  const target = SHOWN_FORMS.get(char) ?? simplified.character(char);
  return VARIANTS.get(target) ?? target;
}

/** Whether the character occurs only in simplified script (红, 发). */
export function isSimplifiedOnly(char: string): boolean {
  return !ALSO_TRADITIONAL.has(char) && !traditionalForms(char).includes(char);
}

/** Whether the character occurs only in traditional script (紅, 後). */
export function isTraditionalOnly(char: string): boolean {
  return simplified.character(char) !== char && !ALSO_SIMPLIFIED.has(char);
}

/** Whether a text is certainly traditional: it has a character of traditional script only, and none of simplified only. */
export function isTraditional(text: string): boolean {
  const characters = [...text];
  return characters.some(isTraditionalOnly) && !characters.some(isSimplifiedOnly);
}

/** A traditional character in the spelling of the corpus of verse: 爲 for Taiwan's 為, 說 for Hong Kong's 説. */
export function standardForm(char: string): string {
  return SPELLINGS.get(char) ?? char;
}

/**
 * Reads a text whose script is not known: for each character, the traditional forms that it may mean, the likeliest first.
 *
 * If any character is of traditional script only, the whole text is traditional, and its 后 means 后. So it is if it was
 * typed by someone who reads traditional script (`typedIn`) and has no character of simplified script only. In any other
 * text, every character may have any of its forms, but for those that its neighbours decide: 白发 is 白髮. If the
 * characters stand `apart`, as the heads of an acrostic do, modern phrases do not count.
 */
export function readEitherScript(
  text: string,
  characters: 'together' | 'apart' = 'together',
  typedIn: Script = 'simplified',
): (readonly string[])[] {
  const each = [...text];
  if (each.some(isTraditionalOnly) || (typedIn === 'traditional' && !each.some(isSimplifiedOnly))) {
    return each.map((char) => (isSimplifiedOnly(char) ? traditionalForms(char) : [char]));
  }
  return informedForms(text).map(({ source, likeliest, decidedBy }) => {
    const forms = traditionalForms(source);
    if (characters === 'apart' && decidedBy !== 'verse' && decidedBy !== 'words') return forms;
    if (decidedBy !== null || forms.length === 1) return [likeliest];
    return [likeliest, ...forms.filter((form) => form !== likeliest)];
  });
}

/** A text of unknown script in traditional script, with one form for each character. */
export function asTraditional(text: string): string {
  return [...text].some(isTraditionalOnly) ? text : toTraditional(text);
}
