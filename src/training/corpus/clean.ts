/**
 * Turns the text of a printed edition into bare verse: lines of hanzi, with the marks `，` and `。` only.
 *
 * Editions contain much that the poet did not write: variant readings and sources in brackets, footnote numbers, signs for
 * lost characters, glyphs described by their parts because they had no code point, quotation marks, modern punctuation.
 * Additions to the verse are removed. A poem with missing characters is refused, with the reason.
 */

import { type FormTag, type LineLength, tagOf } from '../../poetry/form.ts';
import { markedVerseLines, verseLines } from '../../poetry/verse-lines.ts';

/** Why a text is refused. */
export const FLAWS = [
  'too short',
  'too long',
  'lacuna',
  'foreign characters',
  'malformed',
  'fragments',
] as const;
export type Flaw = (typeof FLAWS)[number];

/** The fewest and the most hanzi of a poem, without its marks. */
export const SHORTEST = 10;
export const LONGEST = 130;

/** The longest line of irregular verse. A text with a longer line is prose, or has lost its punctuation. */
const LONGEST_LINE = 13;

export interface CleanText {
  readonly form: FormTag;
  /** The verse with its marks. */
  readonly text: string;
}

const LACUNA = /[□■○●◯〇囗＿\uFFFD]/u;
const OPENING = '（(〖【〔';
const CLOSING = '）)〗】〕';
const QUOTES = /[「」『』《》〈〉“”‘’"'﹁﹂﹃﹄]/gu;
const MARKUP = /<[^<>]{0,200}>|&(?:[a-z]{2,8}|#\d{1,6});/giu;
/** A note in braces. Other text in braces, as {艹/尔} or {下爲火}, describes a character that is missing. */
const BRACED_NOTE = /[{｛](?:一作|一本|又作|原作|本作|注|按|案|見)[^{}｛｝]*[}｝]/gu;
/** A note that part of the verse is lost, such as 下缺 or 闕二字. */
const LOSS = /^[^，。]{0,4}[缺闕佚脫][^，。]{0,4}$/u;
const FOOTNOTE = /^[一二三四五六七八九十百○〇\d]+$/u;
const FRAGMENT_TITLE = /^(?:[殘佚斷]?句|[殘佚]詩)(?:$|[\s（(〖[])/u;

/** The text without its bracketed notes, and whether a note says that verse is lost. Null if brackets do not match. */
function withoutNotes(text: string): { verse: string; lost: boolean } | null {
  let verse = '';
  let note = '';
  let lost = false;
  const open: string[] = [];
  for (const char of text) {
    const closes = CLOSING.indexOf(char);
    if (OPENING.includes(char)) open.push(char);
    else if (closes >= 0) {
      if (open.pop() !== OPENING[closes]) return null;
      if (open.length === 0) {
        lost ||= LOSS.test(note.replace(/[。，]$/u, ''));
        note = '';
      }
    } else if (open.length > 0) note += char;
    else verse += char;
  }
  // Some last notes have no closing bracket. The verse before such a note is complete if it ends a sentence.
  if (open.length > 0 && !/[。？！]$/u.test(verse)) return null;
  return { verse, lost };
}

/** Square brackets contain a footnote number, which is removed, or characters that the editor supplied, which stay. */
function withoutSquareBrackets(verse: string): string | null {
  const bare = verse.replace(/[[［]([^[\]［］]*)[\]］]/gu, (_, inside: string) =>
    FOOTNOTE.test(inside) ? '' : inside,
  );
  return /[[\]［］]/u.test(bare) ? null : bare;
}

/** A line of verse and the mark after it. */
interface Line {
  readonly characters: string;
  readonly stop: boolean;
}

function linesOf(verse: string): Line[] {
  return markedVerseLines(verse).map((line) => ({
    characters: verseLines(line).join(''),
    stop: !line.endsWith('，'),
  }));
}

const lengthOf = (characters: string): number => Array.from(characters).length;

/**
 * Recognises the form and sets the marks. Verse in equal lines of five or seven gets marks in couplets, whatever the
 * editor's punctuation; other verse keeps its own.
 */
function punctuate(lines: readonly Line[]): CleanText | Flaw {
  for (const length of [5, 7] as const) {
    const even = evenLines(lines, length);
    if (even) return { form: tagOf(even.length, length), text: even.map(markedIn(even.length)).join('') };
  }
  if (lines.some((line) => lengthOf(line.characters) > LONGEST_LINE) || isDamaged(lines)) return 'malformed';
  return { form: 'mixed', text: lines.map(markedIn(lines.length, false)).join('') };
}

/** Returns a function that adds the mark to a line: in couplets if the number of lines is even, else as it was. */
function markedIn(count: number, couplets = count % 2 === 0) {
  return ({ characters, stop }: Line, index: number): string => {
    const ends = index === count - 1 || (couplets ? index % 2 === 1 : stop);
    return characters + (ends ? '。' : '，');
  };
}

/**
 * The lines, if all have `length` hanzi; otherwise null. Repairs a few lost marks (two lines joined) and a few extra marks
 * (a line in pieces, often after a colon).
 */
function evenLines(lines: readonly Line[], length: LineLength): Line[] | null {
  const even: Line[] = [];
  let repairs = 0;
  let piece = '';
  for (const line of lines) {
    const characters = Array.from(piece + line.characters);
    piece = '';
    if (characters.length === 2 * length && characters.length === lengthOf(line.characters)) {
      repairs += 1;
      even.push({ characters: characters.slice(0, length).join(''), stop: false });
      even.push({ characters: characters.slice(length).join(''), stop: line.stop });
    } else if (characters.length < length) {
      repairs += 1;
      piece = characters.join('');
    } else if (characters.length === length) {
      even.push({ characters: characters.join(''), stop: line.stop });
    } else return null;
  }
  if (piece !== '') return null;
  const repaired = repairs === 0 || (even.length % 2 === 0 && repairs * 4 <= even.length);
  return repaired ? even : null;
}

/**
 * Whether one line of an otherwise even verse has a character too few or too many, or breaks off. That is a copying error:
 * free verse varies by more, except for exclamations and for 兮 or 君不見 in old songs.
 */
function isDamaged(lines: readonly Line[]): boolean {
  return [5, 7].some((length) => {
    const odd = lines.filter((line) => lengthOf(line.characters) !== length);
    const [only] = odd;
    if (odd.length !== 1 || only === undefined || lines.length < 4) return false;
    if (/兮|不見/u.test(only.characters)) return false;
    const off = lengthOf(only.characters) - length;
    return Math.abs(off) === 1 || (only === lines.at(-1) && off <= -3);
  });
}

/** Cleans one text, or returns its flaw. The title only shows whether the text is a collection of fragments. */
export function clean(title: string, raw: string): CleanText | Flaw {
  if (FRAGMENT_TITLE.test(title.trim())) return 'fragments';
  const noted = withoutNotes(raw.normalize('NFC').replace(MARKUP, '').replace(/\s+/gu, ''));
  if (noted === null) return 'malformed';
  if (noted.lost) return 'lacuna';
  const unbracketed = withoutSquareBrackets(noted.verse);
  if (unbracketed === null) return 'malformed';
  if (LACUNA.test(unbracketed)) return 'lacuna';
  const verse = unbracketed
    .replace(BRACED_NOTE, '')
    .replace(QUOTES, '')
    .replace(/[,，：:﹐；;]+/gu, '，')
    .replace(/[.。．｡？?！!…﹒]+/gu, '。')
    // Marks between the items of a list, within a line.
    .replace(/[、·・—–‧-]/gu, '')
    .replace(/[\d０-９\p{Cf}\p{Cc}\p{Variation_Selector}]/gu, '');
  const bare = verse.replace(/\p{Script=Latin}/gu, '');
  if (!/^[\p{Unified_Ideograph}，。]*$/u.test(bare)) return 'foreign characters';
  const lines = linesOf(bare);
  const length = lines.reduce((sum, line) => sum + lengthOf(line.characters), 0);
  if (length < SHORTEST) return 'too short';
  if (length > LONGEST) return 'too long';
  const result = punctuate(lines);
  // A stray letter in even verse is an error. In uneven verse it may stand for a character.
  const even = typeof result !== 'string' && result.form !== 'mixed';
  return bare === verse || even ? result : 'foreign characters';
}

/** A title or an author, without notes and extra spaces. */
export function cleanName(name: string): string {
  const noted = withoutNotes(name.normalize('NFC').replace(MARKUP, ''));
  const bare = noted === null ? name : (withoutSquareBrackets(noted.verse) ?? noted.verse);
  return bare.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}
