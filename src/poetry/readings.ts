/**
 * Readings that take precedence over the dictionary's: of characters that the 廣韻 lacks or spells otherwise (variants such
 * as 間 for 閒, newer words such as 你), and of characters that have other readings in verse.
 */

/** Each line has the level-tone 平水韻 groups, and 仄 for an oblique reading; then the characters with these readings. */
const READINGS = `
  東 匆怱騘朣棕攻崆潼䒠漎氃氋
  冬 峰胸笻榕卭蘢鬃㴩熔
  江 窗瀧
  支 茲髭毘敧鶿鷀棋覊兒龜池篪箎鷥縲搘熺崎䙰攲卮巵鸃榿鵄吚熈
  微 皈薇圻
  魚 居祛樗葅踈轝諸余蘧鉏
  虞 砆蝴駈葡蒭謩摹甦糢污蘆濡歈菩朐楡
  齊 堤暌恓箆鶗虀韲擕犂荑氐筓砒
  灰 坏廻腮玫胚台裴醅囘
  真 綸隣緡嗔閩廵
  文 濆群裙薫閿
  元 繁崑魂髠寃瘟崙吞黿飱呑裩薗
  寒 般韓鞍飡搬蟠湍讙懽杆糰圞襴
  刪 間澘圜鷴姧
  先 膻烟聯壖臙氊塼磚漩顚拪焉蔫
  蕭 瀟徭嶤飈蠨蟏么齠綃憀描飇颷嶛嵺嚻
  豪 臯翺璈淘嘷艘嘮掻厫醄翶
  歌 峩窩陁蓑簑疴鵞猧萵砣窼
  麻 衙蛇爺琊蟇揶撾鋣查叉垞撶拿搽
  陽 嫜粧嫦娼羗罡螂尫膓蝗樑嚢
  庚 平橫烹撐撑頳餳畊籯荆蜻鶄棚眀谹蟛瀠
  青 〇婷幈零邢娉扄
  蒸 能澄徴姮慿堘曽絚
  尤 讐琉勾陬虬週坵滮酧髹
  覃 躭毶𣯶菴罈疳
  鹽 奩薝簽懨亷帘
  咸 岩嵓啣
  蕭仄 調嬈
  歌仄 阿拖麽婀郍駄
  刪先 還
  寒仄 漫判攢歎嘆謾𢬵
  陽仄 強强倘
  覃仄 探
  肴仄 咬茆抝
  支仄 迤祗澌秪秖
  虞仄 污汚粗麤麄蠕
  魚仄 轝
  鹽仄 厭
  咸仄 嶄
  庚仄 倂幷令瞪掙
  元仄 們論蘊蜿
  支佳麻 涯
  佳麻 娃洼
  東冬 潨
  江先 舡
  仄 凈斾皓劍衆髪樣剎着脈鏁煮熳呌緲栢拆逈鶒趂匝湧煉舃衞蕚秘槁畧穉你享另托歘冪罕肇耗潑稿郄湼輙殼孽鶺搗廐恡敍磵鳯蒂裊尅冗焙槩蘗拽斵柿蚋撃賺濾隟撒扼撇濶糵壟鸊嗅劚倐嘿勗刼臟颶崪廄噀沍鱉唼憇糺冏儘墖橛餙狥覷覔卍橤匼絏簴婿餵埜殻緫惣㸌瑪瑙卨廼軛碗潄蒞粃塌徃阨幛吊隲簌鬭裡勌挍剏做竃刦惝晌逓滾囓菂蕋茘倆幙匄涙玳咒頴晰嘴戞怎褪嬝繍浄揑砍騐熖歛衮姹皂駡灧蘖嚙嵗麯泝溯餧喂雇僱屎趕槓噸棰譾碇墢夑𥲤艓栧藳冐葢蔲皞逤甪騞閴棙醱喩髩甽痺茉篛埓鳸觫耍罫齓咂霮囝呃婑槖睬𪆟汊倮㸃拷妳韮揔罸
  元歌仄 番
  元寒仄 敦
  歌麻 靴
  青仄 瞑屏
  東江 釭
  文仄 汶
  肴 捎崤㘭
  文元仄 賁
  支文 蘄
  灰仄 虺擂
  麻仄 啞吒
  冬仄 供
  文刪仄 殷
  東仄 攏懵籠
  寒先 乹
`;

/** For each character, its level-tone groups, and 仄 if it has an oblique reading. */
export const VERSE_READINGS: ReadonlyMap<string, readonly string[]> = parseReadings(READINGS);

function parseReadings(table: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    table
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [readings = '', characters = ''] = line.trim().split(' ');
        return [...characters].map((char) => [char, [...readings]] as const);
      }),
  );
}

/**
 * Readings besides the usual ones that verse has now and then: 中 in 中興, 扇 as a verb, 比 in 比鄰. They count for what a
 * user gives and in the report of a poem. The model does not write a character by them, because it would write the usual
 * word into the place of the other. Readings of other words that verse hardly has at all (風 for 諷, 不 for 否) are left
 * out.
 */
const RARE_READINGS = `
  仄 中間凝王衣沈蒼司臨帆勞鋪緣纏冥深三聞吟先空妻經橫親齊湯裝張遲予維除
  冬 共
  支 比氏委戲蠡墮
  微 幾
  魚 且
  虞尤 句
  虞 惡
  真 振
  元 怨
  先 卷縣咽扇搴
  蕭 料
  陽 漲
  庚 頃
  青 暝
  覃 澹
  鹽 漸
`;

/** As in {@link VERSE_READINGS}. */
export const RARELY: ReadonlyMap<string, readonly string[]> = parseReadings(RARE_READINGS);

/**
 * Characters that count as level only, although the dictionary has an oblique reading too. Either that reading is a word
 * that verse hardly uses (風 for 諷): in the regulated poems of the Tang, at the places where the tone is fixed, at least
 * 96 % of their occurrences are level. Or the 平水韻 does not have it.
 */
export const ALWAYS_LEVEL: ReadonlySet<string> = new Set(
  '風中生衣如深空光聞吟王經留迴沙涼輕親帆沈臨緣勞蒼先傷猶蓮寥荒錢毛迎鴻齊妨收題封狂偏差潭巢袍精凝拋萊栽參妃穿張除牽披輿兼蟲墳灘驅橈溟蛾饒裁汀濛槎沾鮮嬌潛圍裝菲科妻淹陳娛防延鋪湯標廷編陂虹薰髯幢栖敲呈瀾閒莓腥沽絃' +
    '煎輸霓隈僚奔膏油予旄潸涵單增臾顛翹胥芊磷鹽摩隋溶娑猱噓翛耽三寰唯纏員纔筒儔睛搖針庵何嫖屍摶薔蓂汪孱烘轔曨祁轟鎚哮鰥腓枰欃澶秧詶齗戡揄洿',
);

/** Characters that count as oblique only, by the same rule. 不, 夢 and 與 have level readings that verse hardly uses. */
export const ALWAYS_OBLIQUE: ReadonlySet<string> = new Set(
  '與夢幾共著洞句卷院枕罷漸冷折羨若比淺氏怨扇獻咽列墮料頃澹淡梵暝臉請蔓凍嶠戲蠡鎮煖榜捲漲妓冉振阮只黯頌汎徼示趁頸觜朓頷帔鑑翳不縣且委惡但貫跨訟控凜俟課抗睇挺樸娶盪跂伺沆眩旖臠閼恍',
);
