/**
 * The theme of a poem: its title without numbering, counts and category names. The model learns themes instead of titles.
 *
 * Many titles say nothing about their poem. They number it in a series, or name an occasion: a reply in the rhymes of
 * another poet, or a poem at command. Such titles have no theme, so that the model does not learn to write them.
 */

/** The most hanzi of a theme. */
export const LONGEST_THEME = 10;

const NUMBER = '[一二三四五六七八九十百廿卅○〇零]';
/** A part that is only a number: 其二, 三十四, 第十, or 第 alone. */
const NUMBERING = new RegExp(`^(?:其|第|又)?${NUMBER}*$`, 'u');
/** The end of a title that counts its poems, mentions a preface, or says that there is no title: 三首, 二十韻, 并序, 其二, 無題. */
const ENDING = new RegExp(
  `(?:(?:又|共|凡)?${NUMBER}+(?:首|章|絕|絶|韻|韵|詠|咏|篇|闋|解|題|言|偈|頌)|[并並幷]?(?:序|引)|其${NUMBER}+|[無失闕缺]題)$`,
  'u',
);
/** The name of a collection or a class of tunes, which comes before the title itself. */
const CATEGORY = /(?:歌辭|曲辭|樂章|國門|門|占.+第.+)$/u;
/** The title names only an occasion: a reply in given rhymes, a poem at command, a series of Buddhist or Taoist verse. */
const OCCASION =
  /^(?:奉和|奉酬|奉答|恭和|和|次韻|次韵|依韻|依韵|用韻|用韵|追和|再|又|復|復次|重次|前|同前|同題|同韻|分韻|賡|兵要|郊廟|頌古|頌|金剛|緣識|證道|存目|失題|無題|句|詩$|雜$|七言|五言|絕句|絶句|口號|口占|聯句|禪人|擬寒山|酬)|[偈帖]|應制|應教|應令|前韻|前韵|其韻|元韻|原韻|來韻|韻$|韵$|之什$|存目|挽詞|挽詩|挽歌/u;
/** The word with which a long title goes on to circumstances: who else was there, and why. */
const DIGRESSION = /[因兼呈並幷并遂乃輒聊簡]/u;

/** The theme of a title: hanzi only, at most {@link LONGEST_THEME}. Empty if the title says nothing about its poem. */
export function themeOf(title: string): string {
  if (OCCASION.test(title)) return '';
  const parts = title
    .split(/[^\p{Unified_Ideograph}○]+/u)
    // Twice, because a title may end in two of them: 三首并序, 無題一百首.
    .map((part) => part.replace(ENDING, '').replace(ENDING, ''))
    .filter((part) => part !== '' && !NUMBERING.test(part) && !part.includes('○'));
  const named = parts.filter((part) => !CATEGORY.test(part));
  const theme = shorten(named.at(-1) ?? '');
  return OCCASION.test(theme) ? '' : theme;
}

/** How a monk, a hermit or a scholar is addressed, with nothing but a season or a time of day where the name should be. */
const ADDRESS_WITHOUT_NAME =
  /^[春夏秋冬晨朝曉早日晚夕暮夜](?:上人|山人|道人|禪師|上座|道士|尊師|處士|先生|秀才)$/u;

/** Whether a title that the model wrote addresses somebody without a name: 夜上人. */
export function addressesNobody(title: string): boolean {
  return ADDRESS_WITHOUT_NAME.test(title);
}

/** Tunes of lyrics (詞) that have lines of different lengths, or six lines. Tunes of quatrains, such as 楊柳枝, are not among them. */
const LYRIC_TUNES = new Set(
  `浣溪沙 菩薩蠻 酒泉子 臨江仙 南鄉子 更漏子 清平樂 女冠子 河傳 采桑子 採桑子 荷葉杯 荷葉盃 西江月 訴衷情 謁金門 應天長 定西番 天仙子
巫山一段雲 漁歌子 漁父歌 蝶戀花 沁園春 河瀆神 小重山 如夢令 滿江紅 撥櫂歌 撥棹歌 南歌子 江城子 春光好 喜遷鶯 定風波 菩薩鬘 攤破浣溪沙`.split(
    /\s/u,
  ),
);

/** Whether a title that the model wrote is a tune to which regulated verse is not sung. */
export function isLyricTune(title: string): boolean {
  return LYRIC_TUNES.has(title);
}

/** Cuts a long theme before its digression. Empty if that is not enough. */
function shorten(theme: string): string {
  const hanzi = [...theme];
  if (hanzi.length <= LONGEST_THEME) return theme;
  const end = hanzi.findIndex((char, at) => at >= 3 && DIGRESSION.test(char));
  return end > 0 && end <= LONGEST_THEME ? hanzi.slice(0, end).join('') : '';
}
