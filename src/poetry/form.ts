/**
 * The verse forms: their shapes and names.
 *
 * A user chooses a *form*. The model is told a *form tag*: it is the first token of every poem and says which shape the
 * poem has. Every form has a tag. Some tags are not forms: they stand for old-style verse of any number of lines, which
 * acrostics use.
 */

/** The regulated forms that a request can name. */
export const FORM_NAMES = ['wujue', 'qijue', 'wulv', 'qilv'] as const;
export type FormName = (typeof FORM_NAMES)[number];

/**
 * The shapes that the model knows. `wuyan` and `qiyan` are poems of any other number of five- or seven-character lines;
 * `mixed` is all other poems.
 */
export const FORM_TAGS = [...FORM_NAMES, 'wuyan', 'qiyan', 'mixed'] as const;
export type FormTag = (typeof FORM_TAGS)[number];

export type LineLength = 5 | 7;

/** Whether regulated verse has lines of so many hanzi. */
export function isLineLength(length: number): length is LineLength {
  return length === 5 || length === 7;
}

export interface Form {
  readonly name: FormName;
  /** Traditional name. */
  readonly title: string;
  readonly lines: 4 | 8;
  /** Hanzi in a line. */
  readonly length: LineLength;
}

export const FORMS: { readonly [name in FormName]: Form } = {
  wujue: { name: 'wujue', title: '五絕', lines: 4, length: 5 },
  qijue: { name: 'qijue', title: '七絕', lines: 4, length: 7 },
  wulv: { name: 'wulv', title: '五律', lines: 8, length: 5 },
  qilv: { name: 'qilv', title: '七律', lines: 8, length: 7 },
};

/** The tag of a poem of `lines` equal lines of `length` hanzi. */
export function tagOf(lines: number, length: LineLength): FormTag {
  if (lines === 4) return length === 5 ? 'wujue' : 'qijue';
  if (lines === 8) return length === 5 ? 'wulv' : 'qilv';
  return length === 5 ? 'wuyan' : 'qiyan';
}

/**
 * Other names that users type for a form: in simplified script, and in pinyin without tones (ü also as v or u). Text in
 * traditional script must be simplified before it is compared with these.
 */
export const FORM_SPELLINGS: { readonly [name in FormName]: readonly string[] } = {
  wujue: ['五绝', '五言绝句', 'wuyanjueju'],
  qijue: ['七绝', '七言绝句', 'qiyanjueju'],
  wulv: ['五律', '五言律诗', 'wulü', 'wulu', 'wuyanlvshi', 'wuyanlüshi', 'wuyanlushi'],
  qilv: ['七律', '七言律诗', 'qilü', 'qilu', 'qiyanlvshi', 'qiyanlüshi', 'qiyanlushi'],
};
