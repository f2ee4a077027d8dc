/** Compiles a request into a verse plan, or refuses it. */

import type { LineLength } from './form.ts';
import { FORMS, tagOf } from './form.ts';
import { isHanzi, printable, printableAt, tidy } from './hanzi.ts';
import { leastBroken } from './least-broken.ts';
import { patternsFor, tonelessPattern } from './meter.ts';
import type { Slot, VersePlan } from './plan.ts';
import { ALL_RHYMES } from './prosody.ts';
import type { AcrosticRequest, PoemRequest, Script, VerseRequest } from './request.ts';
import { Refusal } from './request.ts';
import { asTraditional, isTraditionalOnly, readEitherScript, toSimplified } from './script.ts';

export const MAX_OPENING = 8;
export const MIN_HEADS = 2;
export const MAX_HEADS = 16;
export const MAX_TITLE = 16;

/**
 * Throws {@link Refusal} if the request cannot be carried out. `typedIn` is the script that the user reads: a text that may
 * be of either script (皇后) is taken as it is typed by a reader of traditional script.
 */
export function compilePlan(request: VerseRequest, typedIn: Script = 'simplified'): VersePlan {
  return request.kind === 'poem' ? compilePoem(request, typedIn) : compileAcrostic(request, typedIn);
}

function compilePoem(request: PoemRequest, typedIn: Script): VersePlan {
  const { lines, length } = FORMS[request.form];
  const title = readTitle(request.title);
  const opening = readOpening(request.opening, length);
  if (opening === '' && title === '') throw new Refusal('opening-empty');
  const count = [...opening].length;
  if (count > MAX_OPENING) throw new Refusal('opening-too-long', { count, limit: MAX_OPENING });

  const fixed = fixedSlots(opening, 'together', typedIn);
  return assemble(request, lines, length, title, (line, position) => fixed[line * length + position]);
}

function compileAcrostic(request: AcrosticRequest, typedIn: Script): VersePlan {
  const text = readHeads(request.heads);
  const count = [...text].length;
  if (count < MIN_HEADS) throw new Refusal('heads-too-few', { count, limit: MIN_HEADS });
  if (count > MAX_HEADS) throw new Refusal('heads-too-many', { count, limit: MAX_HEADS });

  const heads = fixedSlots(text, 'apart', typedIn);
  return assemble(request, count, request.length, readTitle(request.title), (line, position) =>
    position === 0 ? heads[line] : undefined,
  );
}

/**
 * The hanzi of a title, which may be typed with spaces, punctuation, digits or Latin letters. Empty if nothing is typed.
 * Throws {@link Refusal} if something is typed but no hanzi, or too many.
 */
export function readTitle(text: string): string {
  const tidied = tidy(text);
  const hanzi = [...tidied].filter(isHanzi);
  if (hanzi.length === 0) requireHanzi(tidied);
  if (hanzi.length > MAX_TITLE) {
    throw new Refusal('title-too-long', { count: hanzi.length, limit: MAX_TITLE });
  }
  return hanzi.join('');
}

/** Builds the plan. `fixedAt` returns the slot that the request fixes at a place, if there is one. */
function assemble(
  request: VerseRequest,
  lines: number,
  length: LineLength,
  title: string,
  fixedAt: (line: number, position: number) => Slot | undefined,
): VersePlan {
  const slots: Slot[] = [];
  for (let line = 0; line < lines; line++) {
    for (let position = 0; position < length; position++) {
      slots.push(fixedAt(line, position) ?? { kind: 'free' });
    }
    slots.push({ kind: 'given', text: line % 2 === 1 || line === lines - 1 ? '。' : '，' });
  }
  const { meter } = request;
  const rhyme = request.rhyme === 'auto' ? null : parseRhyme(request.rhyme);
  const rhymes = rhyme !== null ? [rhyme] : meter === 'none' ? [] : ALL_RHYMES;
  const rhymeOnly = rhyme !== null ? [tonelessPattern(lines, length, true)] : [];
  const patterns = meter !== 'none' ? patternsFor(lines, length, meter) : rhymeOnly;
  return {
    form: tagOf(lines, length),
    lines,
    length,
    title: asTraditional(title),
    slots,
    meter,
    patterns: leastBroken(patterns, slots, length, rhymes),
    rhymes,
  };
}

/**
 * The hanzi of an opening. It may also have marks at the line ends of the form; the plan has its own marks there.
 * Throws {@link Refusal} if there is anything else, or a mark elsewhere.
 */
export function readOpening(opening: string, length: LineLength): string {
  const text = tidy(opening);
  let hanzi = '';
  let count = 0;
  let atLineEnd = false;
  let index = 0;
  for (const char of text) {
    if (isHanzi(char)) {
      hanzi += char;
      count += 1;
      atLineEnd = count % length === 0;
    } else if (atLineEnd && LINE_MARKS.has(char)) {
      atLineEnd = false;
    } else {
      const character = printableAt(text, index);
      throw LINE_MARKS.has(char) && count > 0
        ? new Refusal('mark-place', { character, length })
        : new Refusal('not-hanzi', { character });
    }
    index += char.length;
  }
  return hanzi;
}

const LINE_MARKS = new Set('，。、；！？,.;!?');

const MARKS_AND_SPACES = /[\p{P}\p{Z}\s]/gu;

/** The hanzi of heads, which may be typed as a list: 日、红、山. Throws {@link Refusal} if there is anything else. */
export function readHeads(heads: string): string {
  const text = tidy(heads).replace(MARKS_AND_SPACES, '');
  requireHanzi(text);
  return text;
}

function requireHanzi(text: string): void {
  let index = 0;
  for (const char of text) {
    if (!isHanzi(char)) throw new Refusal('not-hanzi', { character: printableAt(text, index) });
    index += char.length;
  }
}

/** The slots of characters that the user typed. */
function fixedSlots(text: string, characters: 'together' | 'apart', typedIn: Script): Slot[] {
  const typed = [...text];
  return readEitherScript(text, characters, typedIn).map((among, i): Slot => {
    const char = typed[i] ?? '';
    const shown = isTraditionalOnly(char) || among.every((form) => toSimplified(form) === char);
    const asTyped = shown ? {} : { typed: char };
    const [form, ...others] = among;
    if (form === undefined || others.length > 0) return { kind: 'choice', among, ...asTyped };
    return { kind: 'given', text: form, ...asTyped };
  });
}

/** The 平水韻 group of a name in either script (`東`, `东`, `东韵`). */
function parseRhyme(name: string): string {
  const text = tidy(name);
  const bare = toSimplified(text.slice(0, 8)).replace(/(?<=.)[韵部]+$/u, '');
  const group = ALL_RHYMES.find((each) => toSimplified(each) === bare);
  if (group === undefined) throw new Refusal('rhyme-unknown', { rhyme: printable(text) });
  return group;
}
