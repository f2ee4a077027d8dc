/**
 * From an edited text, as collections print it, to bare verse: hanzi in lines, with `，` and `。` only.
 *
 * Editions carry much that the poet did not write: variant readings and sources in brackets, footnote numbers,
 * marks for characters that the stone or the scroll has lost, glyphs described by their parts because no code
 * point was at hand, quotation marks and modern punctuation. What can be taken away without touching the verse
 * is; a poem of which something is missing is refused, with the reason.
 */

import { type FormTag, type LineLength, tagOf } from '../../poetry/form.ts';
import { markedVerseLines, verseLines } from '../../poetry/verse-lines.ts';

/** Why a text is not taken. */
export const FLAWS = [
  'too short',
  'too long',
  'lacuna',
  'foreign characters',
  'malformed',
  'fragments',
] as const;
export type Flaw = (typeof FLAWS)[number];

/** Hanzi in a poem, without its marks. */
export const SHORTEST = 10;
export const LONGEST = 130;

/** The longest line of irregular verse: beyond it, the text is prose or has lost its punctuation. */
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
/** A note in braces. Anything else in braces describes a character by its parts, {艹/尔} or {下爲火}: it is missing. */
const BRACED_NOTE = /[{｛](?:一作|一本|又作|原作|本作|注|按|案|見)[^{}｛｝]*[}｝]/gu;
/** A note such as 下缺 or 闕二字 says that part of the verse is lost. */
const LOSS = /^[^，。]{0,4}[缺闕佚脫][^，。]{0,4}$/u;
const FOOTNOTE = /^[一二三四五六七八九十百○〇\d]+$/u;
const FRAGMENT_TITLE = /^(?:[殘佚斷]?句|[殘佚]詩)(?:$|[\s（(〖[])/u;

/** `text` without its bracketed notes, or null where brackets do not match. */
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
  // Some last notes are never closed; the verse before them is whole if it ended a sentence.
  if (open.length > 0 && !/[。？！]$/u.test(verse)) return null;
  return { verse, lost };
}

/** Square brackets hold a footnote's number, or characters that the editor supplied: those are the verse. */
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
 * Recognises the form and writes the marks anew: a verse of equal lines of five or seven goes in couplets,
 * whatever the editor's punctuation; any other verse keeps its own.
 */
function punctuate(lines: readonly Line[]): CleanText | Flaw {
  for (const length of [5, 7] as const) {
    const even = evenLines(lines, length);
    if (even) return { form: tagOf(even.length, length), text: even.map(markedIn(even.length)).join('') };
  }
  if (lines.some((line) => lengthOf(line.characters) > LONGEST_LINE) || isDamaged(lines)) return 'malformed';
  return { form: 'mixed', text: lines.map(markedIn(lines.length, false)).join('') };
}

/** Puts the mark after each line: couplets if there is an even number of lines to pair, else as it was. */
function markedIn(count: number, couplets = count % 2 === 0) {
  return ({ characters, stop }: Line, index: number): string => {
    const ends = index === count - 1 || (couplets ? index % 2 === 1 : stop);
    return characters + (ends ? '。' : '，');
  };
}

/**
 * The lines, if all are of `length` hanzi, or would be but for a few marks lost (two lines run together) or put
 * in too many (a line in pieces, often after a colon); else null.
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
 * Whether one line of an otherwise even verse has a character too few or too many, or breaks off: that is a slip of
 * the copy. Free verse varies by more, except where an exclamation or the old song's 兮 or 君不見 comes in.
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

/** Cleans one text, or says what is wrong with it. `title` is only looked at for what the text claims to be. */
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
    // Within a line, between the members of a list.
    .replace(/[、·・—–‧-]/gu, '')
    .replace(/[\d０-９\p{Cf}\p{Cc}\p{Variation_Selector}]/gu, '');
  const bare = verse.replace(/\p{Script=Latin}/gu, '');
  if (!/^[\p{Unified_Ideograph}，。]*$/u.test(bare)) return 'foreign characters';
  const lines = linesOf(bare);
  const length = lines.reduce((sum, line) => sum + lengthOf(line.characters), 0);
  if (length < SHORTEST) return 'too short';
  if (length > LONGEST) return 'too long';
  const result = punctuate(lines);
  // A stray letter beside even verse is dirt; in uneven verse it may stand for a character.
  const even = typeof result !== 'string' && result.form !== 'mixed';
  return bare === verse || even ? result : 'foreign characters';
}

/** A title or an author without notes and spare space. */
export function cleanName(name: string): string {
  const noted = withoutNotes(name.normalize('NFC').replace(MARKUP, ''));
  const bare = noted === null ? name : (withoutSquareBrackets(noted.verse) ?? noted.verse);
  return bare.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}
