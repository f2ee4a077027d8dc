/**
 * The characters that the model knows, as token ids, and the token sequence of a poem.
 *
 * The ids, in order: PAD, UNK, BOS, EOS, one tag for each form, the marks, and the hanzi by falling frequency in the
 * training split.
 *
 * The tokens of a poem, in order: tag, opening, `，`, title, BOS, characters and marks, EOS. An acrostic has its heads and
 * `。` in place of the opening and `，`. Opening, heads and title may each be missing. The model learned all of this, so it
 * can also write a title for an opening.
 */

import { FORM_TAGS, type FormTag } from '../poetry/form.ts';

export const PAD = 0;
export const UNK = 1;
export const BOS = 2;
export const EOS = 3;
const FIRST_TAG = 4;
const FIRST_MARK = FIRST_TAG + FORM_TAGS.length;

/** The punctuation of verse: the mark after the first line of a couplet, and the mark after the second. */
export const MARKS = ['，', '。'] as const;

/** The id of the first hanzi. All higher ids are hanzi too. */
export const FIRST_HANZI = FIRST_MARK + MARKS.length;

/** A longer title is cut to this number of hanzi. */
export const TITLE_LIMIT = 12;

/** What the model is told about a poem before its first character. */
export interface Prompt {
  readonly title?: string;
  /** The first characters of the poem. */
  readonly opening?: string;
  /** The first character of every line. */
  readonly heads?: string;
}

const HANZI = /\p{Unified_Ideograph}/u;

export class Vocabulary {
  /** The hanzi in the order of their ids. */
  readonly hanzi: readonly string[];
  /** Number of occurrences of each hanzi in the training split. All are 1 if nobody counted. */
  readonly counts: readonly number[];
  /** V: the number of ids. */
  readonly size: number;
  readonly #ids = new Map<string, number>();

  /** Throws a RangeError if an entry is not one hanzi or occurs twice, or if a count is not a positive integer. */
  constructor(hanzi: readonly string[], counts: readonly number[] = hanzi.map(() => 1)) {
    this.hanzi = hanzi;
    this.counts = counts;
    if (counts.length !== hanzi.length || !counts.every((count) => Number.isInteger(count) && count > 0)) {
      throw new RangeError('there must be a count of at least 1 for every hanzi');
    }
    this.size = FIRST_HANZI + hanzi.length;
    for (const [i, mark] of MARKS.entries()) this.#ids.set(mark, FIRST_MARK + i);
    for (const [i, char] of hanzi.entries()) {
      if ([...char].length !== 1 || !HANZI.test(char)) {
        throw new RangeError(`entry ${i} is not one hanzi: ${JSON.stringify(char)}`);
      }
      if (this.#ids.has(char)) throw new RangeError(`${char} occurs twice`);
      this.#ids.set(char, FIRST_HANZI + i);
    }
  }

  /** The hanzi that occur at least `minimum` times in the texts, by falling frequency, then by code point. */
  static build(texts: Iterable<string>, minimum: number): Vocabulary {
    const counts = new Map<string, number>();
    for (const text of texts) {
      for (const char of text) if (HANZI.test(char)) counts.set(char, (counts.get(char) ?? 0) + 1);
    }
    const kept = [...counts].filter(([, count]) => count >= minimum);
    kept.sort(([a, m], [b, n]) => n - m || (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
    return new Vocabulary(
      kept.map(([char]) => char),
      kept.map(([, count]) => count),
    );
  }

  /** For each id, the log of the hanzi's share of all hanzi: [V]. Other ids have 0. */
  logFrequencies(): Float32Array {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    const logs = new Float32Array(this.size);
    for (const [i, count] of this.counts.entries()) logs[FIRST_HANZI + i] = Math.log(count / total);
    return logs;
  }

  has(char: string): boolean {
    return this.#ids.has(char);
  }

  /** The id of a hanzi or mark. UNK if the vocabulary does not have it. */
  id(char: string): number {
    return this.#ids.get(char) ?? UNK;
  }

  tag(form: FormTag): number {
    return FIRST_TAG + FORM_TAGS.indexOf(form);
  }

  isHanzi(id: number): boolean {
    return id >= FIRST_HANZI && id < this.size;
  }

  /** The hanzi or mark of an id. Throws a RangeError if the id is not that of a character. */
  char(id: number): string {
    const char = id >= FIRST_HANZI ? this.hanzi[id - FIRST_HANZI] : MARKS[id - FIRST_MARK];
    if (char === undefined) throw new RangeError(`id ${id} stands for no character`);
    return char;
  }

  /** The tokens before a poem: tag, opening or heads with their mark, title, BOS. */
  prefix(form: FormTag, prompt: Prompt = {}): number[] {
    return [...this.announce(form, prompt), ...this.#title(prompt.title ?? ''), BOS];
  }

  /** The part of the prefix before the title. */
  announce(form: FormTag, { opening = '', heads = '' }: Prompt): number[] {
    const ids = [this.tag(form)];
    if (opening) ids.push(...[...opening].map((char) => this.id(char)), this.id('，'));
    if (heads) ids.push(...[...heads].map((char) => this.id(char)), this.id('。'));
    return ids;
  }

  #title(title: string): number[] {
    const hanzi = [...title].filter((char) => HANZI.test(char)).slice(0, TITLE_LIMIT);
    return hanzi.map((char) => this.id(char));
  }

  /** The whole sequence of a poem, from the tag to EOS. */
  encode(poem: { readonly form: FormTag; readonly text: string }, prompt: Prompt = {}): number[] {
    return [...this.prefix(poem.form, prompt), ...[...poem.text].map((char) => this.id(char)), EOS];
  }
}
