/** A poem read back from its simplified view, where nothing is left of what was written but that view. */

import { alternativesOf } from './meter.ts';
import type { Pattern, VersePlan } from './plan.ts';
import { rhymesOf, tonesOf } from './prosody.ts';
import { isTraditional, toTraditional, traditionalForms } from './script.ts';

/**
 * The characters in traditional script of a poem that was written to `plan` and is shown as `shown`, one string a
 * slot. What the plan gave stands as it gave it, and a poem shown in traditional script as it is shown. Of the
 * forms that any other character may stand for, those are taken with which the poem breaks pattern and rhyme
 * least, and among them those that phrases suggest.
 */
export function restoreTraditional(shown: readonly string[], plan: VersePlan): readonly string[] {
  const text = shown.join('');
  const asShown = isTraditional(text);
  const suggested = [...toTraditional(text)];
  const forms = shown.map((char, i): readonly string[] => {
    const slot = plan.slots[i];
    if (slot?.kind === 'given') return [slot.text];
    if (asShown) return [char];
    const likeliest = suggested[i] ?? char;
    return slot?.kind === 'choice' ? slot.among : [...new Set([likeliest, ...traditionalForms(char)])];
  });
  let best: Reading = {
    characters: forms.map(([likeliest = '']) => likeliest),
    misses: Infinity,
    unlikely: 0,
  };
  for (const pattern of plan.patterns) {
    for (const rhyme of plan.rhymes) best = better(best, read(forms, plan, pattern, rhyme));
  }
  return best.characters;
}

interface Reading {
  readonly characters: readonly string[];
  /** Places that break tone or rhyme. */
  readonly misses: number;
  /** Places that do not take their likeliest form. */
  readonly unlikely: number;
}

const NOTHING: Reading = { characters: [], misses: 0, unlikely: 0 };

function better(one: Reading, other: Reading): Reading {
  const gain = one.misses - other.misses || one.unlikely - other.unlikely;
  return gain > 0 ? other : one;
}

function joined(one: Reading, other: Reading): Reading {
  return {
    characters: [...one.characters, ...other.characters],
    misses: one.misses + other.misses,
    unlikely: one.unlikely + other.unlikely,
  };
}

/** The best reading of the poem in one pattern and rhyme. */
function read(
  forms: readonly (readonly string[])[],
  { lines, length }: VersePlan,
  pattern: Pattern,
  rhyme: string,
): Reading {
  let poem = NOTHING;
  for (let line = 0; line < lines; line++) {
    const start = line * (length + 1);
    // The mark that ends the line is among them, beyond the end of every shape.
    const places = forms.slice(start, start + length + 1);
    const rhymePlace = pattern.rhymed.includes(line) ? length - 1 : null;
    const readings = alternativesOf(pattern.lines[line] ?? '').map((shape) =>
      places
        .map((among, place) => readPlace(among, shape[place] ?? 3, place === rhymePlace ? rhyme : null))
        .reduce(joined, NOTHING),
    );
    poem = joined(poem, readings.reduce(better));
  }
  return poem;
}

/** The first form that fits, else the first. A character of unknown tone fits anywhere. */
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
