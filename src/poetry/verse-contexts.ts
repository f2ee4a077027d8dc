/**
 * Which traditional form verse writes for a simplified character that merges several words, by the character before or after
 * it. Counted in the poems of the Tang and the Song (`npm run corpus`), simplified character by character: a neighbour is
 * listed if the form occurs with it at least four times more often than all others together, or if a phrase of OpenCC would
 * decide otherwise than verse does (征人 is not 徵人). The old shapes of 鬥 (鬬, 鬭) count as 鬥.
 */

/** The form that verse has most often: 云雲 means that 云 is mostly 雲. */
const DEFAULTS = `
  征征 云雲 余餘 干乾 里里 斗斗 发髮 后後 台臺 谷谷 几幾 松松 只只 舍舍 咸咸 制制 郁鬱 姜薑 丑醜 筑築 仆僕 术術 历歷 须須 脏髒 坛壇 团團 汇彙 并並 系繫 岳嶽 冲衝 卷卷 面面 尸尸 范范 夸誇 苹蘋 辟辟 尽盡
  叶葉 合合 咽咽 向向 曲曲 累累 折折 御御 冬冬 卜卜 吁吁 朴樸 获獲 凭憑 蒙蒙 千千 秋秋 复復 签籤 栗栗 丰豐 弥彌 准準 佛佛 帘簾 娘娘 昆崑 了了`;

/**
 * Each line has a simplified character, a form, the characters before it, `_`, and the characters after it. Behind them, in
 * the same order, are neighbours with which the form is only the likelier one.
 */
const CONTEXTS = `
征征 于留停出地_人车_有无_
征徵 休宫急诏书陶可三魏闲吏郡_兵歌拜声贤书士君古求逐黄还文诏入羽归心租在
云云 岁岂礼既昔徒孰谁亦虽未自足忽且已何复曷云始皆苦勿古漫或所但浪俱讵纵敢犹诚故易不诗休每固者尝又答笺妄匪谩遽坡刚_暮何乐阕备毕胡季晏吾远寡亡久美此王是异广尔云殁迈极徂除我足昔迩乎苦丧然食拙周善
云雲 子书小有胡言_为城子亦而_语_
余余 莫嗟伊昔顾问为谓从矧于如由蹇欺曰岂负而兮_非与何本昔将方在亦久欲独所往闻欺心今性知忝怀惭幼岂尝敢
余餘 _三光天威子月碧秀英雪章豪__思文歌
干干 戢若阑朱止旄总执舞长河不可栏上足江相学利息比罗所待载逐兰持地事拙至见习气复来厌谁霄用我非耻岁布余笔帆意值横避国奈何罢段策丰野章十免起支方乃妄虚拥武猎溪之虑射斯言挺逢莫能驻书镆铸犯湖敢首樯师身死触原扰光困阶斗泊县柱北昔纪岂聊名徒还容鸣季王纥_戈戚羽玉鏚旄旌将北斜向人影云市春夫吕外星时汤名住越虹泪禄诸王谒峻请气怀世进求霄牛望一大压贵空镆独背重立送指我木是鸣映处君泉恨曲意相过首便情莫月角谁客十正白酒界倚齐低天几烟遍斗吾支典野寺共旟树山早瞰倒牍小舣舌到近看待又浮俯四里岩西橹说万放徙兴舞护侧秋面注逢卜梦纪拍饶造县忆仙默静平子虑倍笑避太桥聊涉畔骑前冷眼景院听问思爽晚投诘苜凭塔搔去己六寄话饯感底虎渠凝消
干乾 好肯干才子新水血叶_干_一自得动又大生无日时树说转路_道连地城路
干幹 翠枝井公修疏耸桢丈弱擢直贞枯纤曲材韩高秋老密秀植劲折美并根躯双坚条铁孤瘦苍宝栋巨柏伟独椿春碧奇厥_如折起拟蛊排耸何凌孙马虚卧瘦直长怪当苍疏列多拂孤森已扶随验都磨须对傥写参国魂轮八亭老固凛弱
里里 一下戚百墟归田_余门社意边在外间_井入近_一之春巴区到向好送古挂应行红不照便来去儿淹流海赤还走子秋雷胡山如相会衣通孤起杨骨
里裏 琴雾曲池眉叶庭洞风烟色梦心镜城冥丛书浦明宫夜尘阳门杨殿房潭帐湖耳云山闺窗市园笑肠舟月碛花关帘营扇个街雨光雪湾酒草袖馆歌日波江鬓醉院空林表霞竹台影暗溪箧鉴地毫弦画苑壑场望黄世径树谷川胜河沙署禁壁峡霭松峰眼贫浪屋篁源微兴仗客郭愁会岩蒲舍霄堂匣瘴声村翠盘斋亭瓶樽天屏怀泉瓢照春阁社虚官县坊戈药无宅茫嶂霜壶杯巷阴赋崦定笛府庙寺病枕厨盆内海手班诗睡众观合露幕垣意绵肚炉枝卷经孔驿庵水瓮船笼句尊衣窟堆囊楼啼鼎袋坞境香骨钟静秋行气埃火衢那华除涛吟篮子国土围蓉章篇蒙槛青韵难白闲岁闷泥寒木家檐腊石皮头盏口向阵𬬻焰灰在间丈这腰腹钵集深碗桶荡忙禅饭塘灯人墙室角籍橐底茅患闹棘坤俗斗化老须节锣图靴者閙冬甑脚身位界窠藏窖遮冰编店_作转翠听生有出度看时分惊人醉闻两花面见何逢柳百唱藏弄开梅树失金发新凤觅年寻光自残泉放坐鸟和偷倒杜蝉尽过桃明千按难几招常字棋题埋隐黄又石仙暂得真紫含任僧宿鹧华承竹惜忙偏许麦最阳蟾盛催住是夜栽弹唤牵笑养乱换翻休芳幽啼诗脱步狂销也匆卧形老刀七苦只丹观叶丝莲曾拜说苔饭茅事钟落且木棹消鬓打煮结寺衰却赐鸾仍满灵忘现试炼龙冷微都铅眠睡头话虚把定榜那著呈全抛认种酒禅岁禽厌枝吟偶借了抽鶑瞳识颜拨壁倾蝍添赋杯拈骑惺胶活撒煎麒辊蹲工漏底钉挥贩筋仰立
斗斗 一三如天牛气_牛一车上十文来气起_有石来转_不力分心成
斗鬥 龙战格相欲虎不蚁草争各巧敢交花枝力雪鸟紫麟死休殿两女律健绿笑雄且狼艳市前子蛟若袖鼠密树勇舞莫家已术句饤李非解怒面帘屡秾攒锋喧逢兽革宁霆常兵雉距防珰项虚蜃鼯仙蛾莺双险曲糺但内题峦暖冬雀利折聊逻正鳌思叶泽猱昨竹章鹜蝶散皇设廊绮禄阜鶒英鹅繁端熊国阵夹縠猿鹤菊籍合魅养湖洞场婪殴蕊药儒觅冠阶亦渡还组棱锦虺缕潭辄灯丛床夷楣蓬食桑何檐筵夸巷忍杖碾也飞私鹂此柳盏闲哮谁丝目鹊苶蛇弟院菜绡暂毫柏澹螘海糚珥额黾闾贼它邻府肯仍乂忆想先棋怪氅磬粉阅禽救酣质黍鬭浪工鳞屑灼裨未屋驹装针絮兔汝羞老慵童_鸡草新清雀龙蚁死鸭妍雪智画香敌战芳婵妆茶雄玉蛇鼠纤神阴彩尖阋舞丽迹繁发庭奢群班樽剪眼眉铮艳火竞老奇讼却琼影巧梅秋舰舸蜗角鲜凑冰欣乘弦弯觺关伎取雌管匹蟠洛累呶嘘此双枝忆赢蛾王波林英疑皎翠鼃芙强杀体樗鼯烟输遗走雉蒲秾迥毛雏锦荣乞咽曾鲛形钿军轮快玲眀榴缠盘逞姿额怒暴茵辩簪嬉鬓牙楚吴僧蚊少穴甘嬛巍蹙狐羊场焙捷尝棋华荧耳求媚驰弥诡洧芽坚迟豺存隙妖绿肌辛富嵯劫赛露铿早裙九语琮谷即丹差着於婆呼崔逡暮采娇_日人下色月波王苦分轻晚方聚影春角林阙裙可梅_百轻时腰黄日飞争两峥小将且胜功尽
发發 树歌桂花英吹夜间来犹中电木明道长以德始正声柳军初言火频桃萏口上欲谁红唱芳风朝催心晚先相偏静雷下晨焰弦骑晖笑藻难李文户舟且差秀复春气情钟梅榴南冬管思棹更后将天里响香不谈齐晓水年枝笳诗人行鼓映杏翰未剑意堂灯自樱丛忍书时岁籁磬能诏车面兴章早和雨泉砧阳应独君待笛帆所蓉山虚园俊试清色骏辉启还争酒禽景乱尽百竞旦日马光已三发高地垂乃江处忘背音咏箭并用又草流常烟开轻蕊寒菊蝉方眼看令期空坐刃荡指然助妙潜露为韵才闻易前临机潮月境狂继堪船林勇彩脉外再曾暖偶莲是盛愿鼠激宫便忽夕之笔恶事吟当奋源崖藏兹经重闲古兵强深栏极七浚宵俱公此艳徐䕷论足鸟根印葩弩尔敢妄芽可而讴休喜善亦巧聊焉往共海远夷或肯句顿摅语焕粲若得要暮怪义工既神沤兰仍赖调勿囊卷物飔解谣观派河_棹幽小秀时旧去萌匣其声祥扬迟龙光掘金露荷歌艳皓一长愤春花辉清岩芳嘉故口迹高海阳晴千关夜华意南城明瑞九异蒙我西红云山孤大玄梅江中后原咏心兴秋佳吴余众神源土廪深性地吾发狂船微挥柳妙天硎舟万管远即六愿杏树哀兵真又响兰机石言桃遣浩平君荣鸟诗舒英晓吟桂枯帝此香百茶鸣广潜语洪水遐陈妍至处楚笑洞梦素令灵晖次动梨问箧毫丘策刃冢奇弩必燕于杜酒怒缄函酡珍渡昆韩精渊而沉嫩丛林野永粟醯秘药育理园屋轫仓焰誓岷越足琼现奁用棠踪宝
发髮 断短十华白理散星胎被起须_白事黑不恨懒改散毛短老脱解飘星萧齿对_一余头病怒感有松生觉青_生直落见到日为上下了人作冷出功向头干得悲情愁成文暗有来松病绿自行覆过还难青风黄先慈前空
后后 群三皇哲轩圣汉惟太污夏川解维_德土稷在妃夔羿皇
后後 仙歌封马望王西贤_前发宫海石_天风元周_安平王
台台 天三公上辞元温恢鼎_衡阶鼎座辅曜庭司山星岭衮州位寺席室斗坼来岳教躔雁
台臺 仙得书子凤妆作清_面盘风子历成笔小_中闻_女
谷谷 阳川_王鸟之子神草风__不人日
谷穀 百九拨收辟旧钱嘉逢田年五新断布祈积播桑种过重登臧焦戬余打_雨城方鸣成价种米芽苗熟粟皮丰穗贱登催旦蕃布于
几几 隐玉授盈曲皮案女拂抚巾低凭乌幽亲书竹斋刀满窗飘棐隠侵叩捐扣抵宸堆陈对静赐浄陪施净供枯宝随操摇燕禅倚漆砧置一阿垂琼宴据拊使小趋萦黏晨依持堕摩吾_筵自案阁杖亦萧坐读言支上榻之香独净焚窗砚席稳小格吟惟频积隠静间桉前心傍边繙聊寂学明横浄赤观法贝抚试而意研方滑蒲要荐待遂正野忽旁睡俱砧
几幾 长高__几明_几子
松松 一乱似外发小弄时疏翻过_下实外一不出开得手毛气起骨雨自可_松_松发
松鬆 蓬轻髼䰒惺珑醒_
只只 多夫身言语首_言_余马影酒_
只隻 一十三携数两六只双_字箭轮履日船影鹤鸡眼只脚手堠身骰角
舍舍 生王_下出近_取_得不生去安己旧车
舍捨 非不能喜可暂相难忍抛敢然_舟之宅我此身俗楫
咸鹹 腥辛酸_酸
制制 __复_作
制製 锦手初新雅堪已葛裁未巧荷妙御自学楚旋芰尺佳谁重体先_曲锦新荷衣芰成碑单就芙
郁郁 纷芬馥_穆李
郁鬱 _青_郁_郁
姜姜 姬齐共敬_被肱子任诗维山
姜薑 _芋
丑丑 丁鸣乙癸辛_
丑醜 小_
筑筑 击汉琴_悲陂
筑築 _高
仆仆 颠僵欲_僵
仆僕 仆_仆屡
术朮 芝饵紫白茹种参_苗香花芝黄
历歷 明来时事__巧日星花纪_年头纪
历曆 宝周凤炎圣新颁大玉尧司庆残无印_象昌日初
须須 云字卷大小_生绿明后子草面_生无根_俱
须鬚 虬长黄龙白虎蜂眉有髭满霜苍吟虾染鼠黏颔茎垂冰香鬓髯除沾捋其胡银照挽撚赤麦_髯鬓翁眉撚发根鬣浑牙里胡堕
脏臟 五_
坛壇 一_老高
团團 面_
汇匯 江东水_水泽众
并並 不_肩_相_
并併 吞一红缘亲段贫打泪衰_欲在作是奉洒如可觉尽将此随话入无枉起愁力相与上写待得教闻来逐手成为从日留饶艳翻空遣回以忘挟荡把烦放恐消按
并幷 化向交军_州汾儿杀门凉刀剪
系系 世其秦谱_出本
系繫 一时生名小已我日船_一臂颈不_道有此_人所
岳岳 潘庐近上背见万说_阳闲牧赋鬓州家
岳嶽 __海_云
冲沖 太鹤抱守心浚而_融和襟天漠然虚霄澹气淡
冲衝 上发_冠水断斗夜牛_冲水气_冲人
卷卷 一舒_一不回图开心成曲舌而自_来尘席龙烟叶丝风_云入到去土来浪烟甲落衣风天残
卷捲 高帘暮_起珠野暮银芦
面面 碗粥见白冷生粉合水直花干杯子茶王春黑须_子粉人皮团小灰肥_泼_
面麵 _市
尸尸 __裹露_
尸屍 僵死横_
范范 颜小__在大成_
范範 垂徽懿规世洪轨阃贤遗慈模光入风壸觉师_金围如在模诗门
夸夸 哉_父毗夺者乡娥士
夸誇 上___丽人诞
苹蘋 生青_
苹苹 食鹿_鹿蒿
辟辟 _邪
辟闢 高地晓更翕开门四巨新初阖轩自垦旋园_天土四干荆有户草金开其广重以东无地幽馆新轩窗几
尽盡 有_意先子底性落__可有
尽儘 _教足自饶耐渠
叶葉 兰叶_
叶叶 _九气
合合 _家眼_上_中
合閤 闺闭东宾郡黄画铃小斋伏_门皂
咽咽 下_不
咽嚥 三可_津日
向向 心_明晦者
曲曲 __神_
曲麴 染安枕糟逢呼遣唤_糵尘生蘖米车
累纍 累冢珠上何印湘实枪畔枣解决首孤作楚吊橘孔堠椹_累囚如秋作多冢添珠照蔓将大印挈楚古吊然臣北半缀熟垂但紫书小看佩拾荒六金结起波圆恨
折折 双手重_合_百_
御御 共_
御禦 酒难力备禁守孰莫强_寇魑寒戎湿瘴侮
冬鼕 冬鼓_冬鼓
卜卜 _地
卜蔔 檐薝萝_林花香头
吁籲 _俊天
朴樸 _忠
朴朴 鞭人俗返抱敲周_不
获穫 秋刈稻收陨耕_稻时
凭凭 儿一北斜起稳醉忆月小_危朱绣翠楼钓案兰
蒙蒙 发眼老_头昧蔽雾
蒙濛 冥雨蒙空鸿雾青烟其月溟气洪细春_柳蒙湿烟汜雨水小花暗晓外隔春正里如细鸿香
千韆 秋_索出
秋秋 水荡_
秋鞦 搭打_千
复復 上雨反名回饮明声见后_数不制思性无金合信元共出分利变名命对平意本比流用相种称议试诵使启记语_水重_道
复複 楼单_阁帐壁岭幕裈
签籤 ___书
签簽 _军
栗栗 _不_寒栗_栗冽
栗慄 惨憀憭_
丰丰 别_茸姿容度神标
弥彌 _山
弥瀰 渺弥水波_弥漫茫
准準 隆_的
佛佛 __仿_
佛彿 彷_见闻秦江认似
帘帘 青酒村_酒卖
娘娘 爷_家
娘孃 耶_
昆昆 后元诸坚金弟仍木_明池吾虫弟邪阳季云仍仲
`;

/**
 * Phrases of verse in which one neighbour would say another form, and the form would have another tone. Each line has a
 * simplified character, a form, and the phrases. Found by `npm run corpus -- --round-trip`.
 */
const PHRASES = `
干干 耸干云 朱干玉 干上非 无干意 青云干吕 青云干律 青云干禄 计干诸 山干相 若干青 比干才 强干情 余干吊
干乾 莲衣干 草未干 干马 干体 秋干位 干上主 寅干上 色干 峭雪干 沙干细 强干嗔
干幹 交干横 筋干 峄山干 弱其干 霜雪干 强干地 当一干 玉干 丛干 萧青云干 栖日干 香干 错干 亭干 顽干 干细 大干 附干 蓉干 虎干 竦干 断干 余干在
`;

/** A form, and whether verse has hardly any other between the same neighbours. */
export interface FormInContext {
  readonly form: string;
  readonly decided: boolean;
}

let defaults: ReadonlyMap<string, string> | null = null;
let contexts: ReadonlyMap<string, FormInContext> | null = null;

/** The most frequent form in verse. Undefined if the character is not listed. */
export function usualForm(simplified: string): string | undefined {
  defaults ??= new Map(
    DEFAULTS.trim()
      .split(/\s+/u)
      .map((pair): [string, string] => {
        const [char = '', form = ''] = pair;
        return [char, form];
      }),
  );
  return defaults.get(simplified);
}

/** The form that verse has between these neighbours, in simplified script. Undefined if they say nothing. */
export function formBetween(before: string, simplified: string, after: string): FormInContext | undefined {
  contexts ??= parseContexts();
  const first = contexts.get(`${before}${simplified}_`);
  const second = contexts.get(`_${simplified}${after}`);
  if (first === undefined || second === undefined) return first ?? second;
  const [stronger, weaker] = first.decided || !second.decided ? [first, second] : [second, first];
  return { form: stronger.form, decided: stronger.decided && stronger.form === weaker.form };
}

type Phrase = readonly [characters: readonly string[], form: string];
let phrases: ReadonlyMap<string, readonly Phrase[]> | null = null;

/** The form that a character has in the phrase around it. Undefined if it stands in none that is listed. */
export function formInPhrase(text: readonly string[], at: number): string | undefined {
  phrases ??= parsePhrases();
  const char = text[at] ?? '';
  const found = phrases.get(char)?.find(([phrase]) => {
    const start = at - phrase.indexOf(char);
    return phrase.every((each, i) => text[start + i] === each);
  });
  return found?.[1];
}

function parsePhrases(): ReadonlyMap<string, readonly Phrase[]> {
  const found = new Map<string, Phrase[]>();
  for (const row of PHRASES.trim().split('\n')) {
    const [[char = '', form = ''] = '', ...listed] = row.split(' ');
    const all = found.get(char) ?? [];
    found.set(char, [...all, ...listed.map((phrase): Phrase => [[...phrase], form])]);
  }
  return found;
}

function parseContexts(): ReadonlyMap<string, FormInContext> {
  const found = new Map<string, FormInContext>();
  for (const row of CONTEXTS.trim().split('\n')) {
    const [[char, form = ''] = '', neighbours = ''] = row.split(' ');
    for (const [column, characters] of neighbours.split('_').entries()) {
      const inContext = { form, decided: column < 2 };
      for (const each of characters) {
        found.set(column % 2 === 0 ? `${each}${char}_` : `_${char}${each}`, inContext);
      }
    }
  }
  return found;
}
