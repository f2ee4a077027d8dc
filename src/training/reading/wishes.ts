/** What the poems of a sheet are written for: openings, phrases and titles as users type them, and a poem by a person each. */

import type { Random } from '../../model/random.ts';
import { FORMS, type FormName } from '../../poetry/form.ts';
import type { VerseRequest } from '../../poetry/request.ts';
import { toSimplified } from '../../poetry/script.ts';
import { themeOf } from '../../poetry/theme.ts';
import type { CorpusPoem } from '../corpus/corpus.ts';

export interface Wish {
  /** In words that give no side away: a person's poem has neither the opening nor the heads that were asked for. */
  readonly words: string;
  readonly request: VerseRequest;
  /** A poem of the test split in the same form. */
  readonly people: CorpusPoem;
}

/** Openings that users type, in simplified script. */
const OPENINGS =
  '月 春风 山 明月 雪 江南 秋风 红 夜 海 故人 梅 柳 白云 桃花 天 落日 长安 孤舟 清 酒 黄河 雁 空山'.split(
    ' ',
  );
/** Phrases that users make acrostics of. */
const PHRASES =
  '生日快乐 一帆风顺 新年快乐 平安喜乐 我爱中国 花好月圆 万事如意 前程似锦 岁月静好 春暖花开 海阔天空 金榜题名'.split(
    ' ',
  );

const KINDS = ['opening', 'opening', 'acrostic', 'title'] as const;
const FORMS_IN_TURN: readonly FormName[] = ['qijue', 'wulv'];

/** `count` wishes: openings, acrostics and titles in turn. Throws a RangeError if the test split has too few poems. */
export function drawWishes(test: readonly CorpusPoem[], count: number, random: Random): Wish[] {
  const openings = random.shuffle([...OPENINGS]);
  const phrases = random.shuffle([...PHRASES]);
  const people = random.shuffle([...test]);
  const used = new Set<CorpusPoem>();
  const take = (fits: (poem: CorpusPoem) => boolean): CorpusPoem => {
    const poem = people.find((each) => !used.has(each) && fits(each));
    if (!poem) throw new RangeError('the test split has too few poems for this sheet');
    used.add(poem);
    return poem;
  };
  return Array.from({ length: count }, (_, i): Wish => {
    const kind = KINDS[i % KINDS.length];
    const form = FORMS_IN_TURN[Math.floor(i / 2) % 2] ?? 'qijue';
    const common = { meter: 'strict', rhyme: 'auto' } as const;
    const name = toSimplified(FORMS[form].title);
    if (kind === 'acrostic') {
      const heads = phrases[Math.floor(i / KINDS.length) % phrases.length] ?? '';
      return {
        words: toSimplified(FORMS.qijue.title),
        request: { kind: 'acrostic', heads, length: 7, title: '', ...common },
        people: take((poem) => poem.form === 'qijue'),
      };
    }
    if (kind === 'title') {
      const poem = take((each) => each.form === form && themeOf(each.title) !== '');
      const title = themeOf(poem.title);
      return {
        words: `${name} on 《${toSimplified(title)}》`,
        request: { kind: 'poem', opening: '', title, form, ...common },
        people: poem,
      };
    }
    const opening = openings[i % openings.length] ?? '';
    return {
      words: name,
      request: { kind: 'poem', opening, title: '', form, ...common },
      people: take((poem) => poem.form === form),
    };
  });
}
