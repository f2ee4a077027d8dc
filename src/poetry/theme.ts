/**
 * What a poem's title says of the poem, for the model to learn: the title without numbering, notes and category names.
 *
 * Many titles say nothing of their poem: a number in a series, a reply in somebody else's rhymes, a poem made at
 * command. A model that learns to write titles must not learn to write those.
 */

/** Hanzi in a theme. */
export const LONGEST_THEME = 10;

const NUMBER = '[一二三四五六七八九十百廿卅○〇零]';
/** 其二, 三十四, 第十, 第. */
const NUMBERING = new RegExp(`^(?:其|第|又)?${NUMBER}*$`, 'u');
/** The count of poems at a title's end: 三首, 二十韻, 詩一首, 有序. */
const COUNT = new RegExp(
  `(?:(?:又|共|凡)?${NUMBER}+(?:首|章|絕|絶|韻|韵|詠|咏|篇|闋|解|題|言|偈|頌)|[并並幷]?(?:序|引)|其${NUMBER}+)$`,
  'u',
);
/** Names of collections and tunes' classes, which stand before the title proper. */
const CATEGORY = /(?:歌辭|曲辭|樂章|國門|門|占.+第.+)$/u;
/** A reply in another's rhymes, a poem at command, a series of sermons: the title is about the occasion alone. */
const OCCASION =
  /^(?:奉和|奉酬|奉答|恭和|和|次韻|次韵|依韻|依韵|用韻|用韵|追和|再|又|復|復次|重次|前|同前|同題|同韻|分韻|賡|兵要|郊廟|頌古|頌|金剛|緣識|證道|存目|失題|無題|句|詩$|雜$|七言|五言|絕句|絶句|口號|口占|聯句|禪人|擬寒山|酬)|[偈帖]|應制|應教|應令|前韻|前韵|其韻|元韻|原韻|來韻|韻$|韵$|之什$|存目|挽詞|挽詩|挽歌/u;
/** Where a long title goes on to tell who else was there and why. */
const DIGRESSION = /[因兼呈並幷并遂乃輒聊簡]/u;

/** The theme, hanzi only and at most {@link LONGEST_THEME}; empty where the title says nothing of its poem. */
export function themeOf(title: string): string {
  if (OCCASION.test(title)) return '';
  const parts = title
    .split(/[^\p{Unified_Ideograph}○]+/u)
    .map((part) => part.replace(COUNT, '').replace(COUNT, ''))
    .filter((part) => part !== '' && !NUMBERING.test(part) && !part.includes('○'));
  const named = parts.filter((part) => !CATEGORY.test(part));
  const theme = shorten(named.at(-1) ?? '');
  return OCCASION.test(theme) ? '' : theme;
}

function shorten(theme: string): string {
  const hanzi = [...theme];
  if (hanzi.length <= LONGEST_THEME) return theme;
  const end = hanzi.findIndex((char, at) => at >= 3 && DIGRESSION.test(char));
  return end > 0 && end <= LONGEST_THEME ? hanzi.slice(0, end).join('') : '';
}
