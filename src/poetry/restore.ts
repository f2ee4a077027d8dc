/** Restores the traditional characters of a poem of which only the simplified text is left. */

import { freePlan, lineMark } from './free-plan.ts';
import { isHanzi } from './hanzi.ts';
import { alternativesOf } from './meter.ts';
import type { Pattern, VersePlan } from './plan.ts';
import { rhymesOf, TONE, tonesOf } from './prosody.ts';
import { isTraditional, likelyForms, toTraditional, traditionalForms } from './script.ts';
import { formInPhrase } from './verse-contexts.ts';

/**
 * The traditional characters of a poem that was written to `plan` and is shown as `shown`. Both have one string for each
 * slot.
 *
 * A given slot has the plan's own text. If the poem is shown in traditional script, the other characters stay as they
 * are. Otherwise each may have several traditional forms. The forms are chosen so that the poem breaks its pattern and
 * rhyme least; if there are several such choices, phrases decide.
 */
export function restoreTraditional(shown: readonly string[], plan: VersePlan): readonly string[] {
  const likely = bestReading(formsOf(shown, plan), plan);
  // Where verse leaves one form only, a poem that was written to this plan may still have another.
  return likely.misses === 0
    ? likely.characters
    : better(likely, bestReading(allFormsOf(shown, plan), plan)).characters;
}

/** The forms that each character may have, the likeliest first. */
function formsOf(shown: readonly string[], plan: VersePlan): (readonly string[])[] {
  const text = shown.join('');
  const asShown = isTraditional(text);
  const informed = likelyForms(text);
  return shown.map((char, i): readonly string[] => {
    const slot = plan.slots[i];
    if (slot?.kind === 'given') return [slot.text];
    if (asShown) return [char];
    return slot?.kind === 'choice' ? slot.among : (informed[i] ?? [char]);
  });
}

/** As {@link formsOf}, and behind them all others. */
function allFormsOf(shown: readonly string[], plan: VersePlan): (readonly string[])[] {
  const asShown = isTraditional(shown.join(''));
  return formsOf(shown, plan).map((forms, i) =>
    asShown || plan.slots[i]?.kind !== 'free'
      ? forms
      : [...new Set([...forms, ...traditionalForms(shown[i] ?? '')])],
  );
}

function bestReading(forms: readonly (readonly string[])[], plan: VersePlan): Reading {
  let best: Reading = {
    characters: forms.map(([likeliest = '']) => likeliest),
    misses: Infinity,
    unlikely: 0,
  };
  for (const pattern of plan.patterns) {
    for (const rhyme of plan.rhymes) best = better(best, read(forms, plan, pattern, rhyme));
  }
  return best;
}

/** The most places that may break the pattern for a poem to count as regulated: a sixth of its characters. */
const MOST_MISSES = 1 / 6;
/** Longer poems follow no pattern as a whole. */
const MOST_LINES = 16;

/**
 * A whole poem in traditional script, from its simplified text. Tone and rhyme choose among the forms if its lines have
 * five characters each, or seven, and it follows a tone pattern: 淚始干 is 淚始乾 where the rhyme is 寒. Any other text is
 * converted by its neighbours. Marks stay as they are.
 */
export function restoreVerse(text: string): string {
  const lines = text.match(/\p{Unified_Ideograph}+/gu) ?? [];
  const length = [...(lines[0] ?? '')].length;
  const regular = lines.every((line) => [...line].length === length);
  if ((length !== 5 && length !== 7) || !regular || lines.length < 2 || lines.length > MOST_LINES) {
    return toTraditional(text);
  }
  const plan = freePlan(lines.length, length);
  const shown = lines.flatMap((line, i) => [...line, lineMark(i, lines.length)]);
  const forms = formsOf(shown, plan);
  // Most poems have no character of several forms, and the search over patterns and rhymes is slow.
  if (forms.every(({ length: count }) => count === 1)) return toTraditional(text);
  const likely = bestReading(forms, plan);
  // Where a neighbour leaves one form only, a poem that keeps its pattern throughout may still have another.
  const open = likely.misses > 0 ? bestReading(openForms(forms, shown, plan), plan) : likely;
  const { characters, misses } = open.misses === 0 ? open : likely;
  if (misses > lines.length * length * MOST_MISSES) return toTraditional(text);
  const hanzi = characters.filter(isHanzi).values();
  return text.replace(/\p{Unified_Ideograph}/gu, (char) => hanzi.next().value ?? char);
}

/** All forms of each character, but one alone in a phrase of verse. */
function openForms(
  forms: readonly (readonly string[])[],
  shown: readonly string[],
  plan: VersePlan,
): (readonly string[])[] {
  return allFormsOf(shown, plan).map((all, i) =>
    formInPhrase(shown, i) === undefined ? all : (forms[i] ?? all),
  );
}

/** One choice of forms for a part of the poem. */
interface Reading {
  readonly characters: readonly string[];
  /** Number of places that break the tone or the rhyme. */
  readonly misses: number;
  /** Number of places that do not have their most likely form. */
  readonly unlikely: number;
}

const EMPTY: Reading = { characters: [], misses: 0, unlikely: 0 };

function better(one: Reading, other: Reading): Reading {
  const gain = one.misses - other.misses || one.unlikely - other.unlikely;
  return gain > 0 ? other : one;
}

function concat(one: Reading, other: Reading): Reading {
  return {
    characters: [...one.characters, ...other.characters],
    misses: one.misses + other.misses,
    unlikely: one.unlikely + other.unlikely,
  };
}

/** The best reading of the poem for one pattern and one rhyme. */
function read(
  forms: readonly (readonly string[])[],
  { lines, length }: VersePlan,
  pattern: Pattern,
  rhyme: string,
): Reading {
  let poem = EMPTY;
  for (let line = 0; line < lines; line++) {
    const start = line * (length + 1);
    // The mark at the end of the line is included. It is beyond the end of every shape, so any tone is allowed.
    const places = forms.slice(start, start + length + 1);
    const rhymePlace = pattern.rhymed.includes(line) ? length - 1 : null;
    const readings = alternativesOf(pattern.lines[line] ?? '').map((shape) =>
      places
        .map((among, place) =>
          readPlace(among, shape[place] ?? TONE.either, place === rhymePlace ? rhyme : null),
        )
        .reduce(concat, EMPTY),
    );
    poem = concat(poem, readings.reduce(better));
  }
  return poem;
}

/** The first form that fits; the first form if none fits. A character of unknown tone fits anywhere. */
function readPlace(forms: readonly string[], tones: number, rhyme: string | null): Reading {
  const fitting = forms.findIndex((char) => {
    const own = tonesOf(char);
    return own === 0 || ((own & tones) !== 0 && (rhyme === null || rhymesOf(char).includes(rhyme)));
  });
  return {
    characters: [forms[Math.max(0, fitting)] ?? ''],
    misses: fitting < 0 ? 1 : 0,
    unlikely: fitting > 0 ? 1 : 0,
  };
}
