import { describe, expect, it } from 'vitest';
import { TONE, tonesOf } from '../../src/poetry/prosody.ts';
import {
  asTraditional,
  isSimplifiedOnly,
  isTraditional,
  isTraditionalOnly,
  readEitherScript,
  simplifiedByOpenCC,
  standardForm,
  toSimplified,
  toTraditional,
  traditionalForms,
} from '../../src/poetry/script.ts';

describe('a whole text', () => {
  it('is simplified by phrase', () => {
    expect(toSimplified('後來發現頭髮裏面')).toBe('后来发现头发里面');
    expect(toSimplified('乾坤日夜浮')).toBe('乾坤日夜浮');
  });

  it('is simplified with old variants replaced', () => {
    expect(toSimplified('疎鐘逈，劒鴈虵，廻頭')).toBe('疏钟迥，剑雁蛇，回头');
    expect(simplifiedByOpenCC('疎鐘逈')).toBe('疎钟逈');
  });

  it('is made traditional by phrase', () => {
    expect(toTraditional('出发，头发')).toBe('出發，頭髮');
    expect(toTraditional('春风又绿江南岸')).toBe('春風又綠江南岸');
  });

  it('is made traditional in the spelling of the corpus of verse', () => {
    expect(toTraditional('却，湿，床，后，余')).toBe('却，濕，牀，後，餘');
  });

  // Phrases of OpenCC are modern: 徵人 (recruitment), 菸草 (tobacco), 鬥牛 (bullfight), 獨佔 (monopoly).
  it.each([
    ['征人', '征人'],
    ['征夫', '征夫'],
    ['烟草', '煙草'],
    ['斗牛', '斗牛'],
    ['仆夫', '僕夫'],
    ['谷风', '谷風'],
    ['坏壁', '壞壁'],
    ['龙斗', '龍鬥'],
    ['台辅', '台輔'],
    ['楼台', '樓臺'],
    ['独占', '獨占'],
    ['戚戚', '戚戚'],
    ['并刀', '幷刀'],
    ['岳飞', '岳飛'],
    ['干戈', '干戈'],
    ['阑干', '闌干'],
    ['泪痕干', '淚痕乾'],
    ['万里', '萬里'],
    ['梦里', '夢裏'],
    ['白云', '白雲'],
    ['白发', '白髮'],
    ['花发', '花發'],
    ['皇后', '皇后'],
    ['月落乌啼霜满天，江枫渔火对愁眠', '月落烏啼霜滿天，江楓漁火對愁眠'],
    ['晚来天欲雪，能饮一杯无', '晚來天欲雪，能飲一杯無'],
    ['大漠孤烟直，征蓬出汉塞', '大漠孤煙直，征蓬出漢塞'],
    ['风尘三尺剑，社稷一戎衣', '風塵三尺劍，社稷一戎衣'],
    ['新丰美酒斗十千', '新豐美酒斗十千'],
    ['钟鼓馔玉不足贵', '鐘鼓饌玉不足貴'],
  ])('%s is made traditional as verse writes it: %s', (simplified, traditional) => {
    expect(toTraditional(simplified)).toBe(traditional);
  });

  it('holds no old spelling in simplified script, but for names and words that keep it', () => {
    expect(toSimplified('浮沈，邨，祗有，荅，藁，珮，髣髴，敧枕')).toBe(
      '浮沉，村，只有，答，稿，佩，仿佛，欹枕',
    );
    expect(toSimplified('沈約，沈郎，祗承')).toBe('沈约，沈郎，祗承');
  });

  it('keeps characters beyond the basic plane whole', () => {
    expect(toTraditional('𠮷野')).toBe('𠮷野');
    expect(toSimplified('𠮷')).toBe('𠮷');
  });
});

describe('a lone simplified character', () => {
  it.each([
    ['发', '發髮'],
    ['后', '后後'],
    ['里', '里裏裡'],
    ['云', '云雲'],
    ['干', '干乾幹'],
    ['月', '月'],
    ['却', '却'],
    ['吊', '弔吊'],
    ['红', '紅'],
    ['後', '後'],
    ['𠮷', '𠮷'],
  ])('%s may mean %s', (char, forms) => {
    expect(traditionalForms(char).join('')).toBe(forms);
  });

  it('is distinguished from one that both scripts have', () => {
    expect([...'红国风'].every(isSimplifiedOnly)).toBe(true);
    expect([...'后月紅里'].some(isSimplifiedOnly)).toBe(false);
    expect([...'紅國後裏'].every(isTraditionalOnly)).toBe(true);
    expect([...'后月红乾'].some(isTraditionalOnly)).toBe(false);
  });
});

describe('a text that is certainly traditional', () => {
  it.each([
    ['乾坤日夜浮', false],
    ['明月出天山', false],
    ['於戏无辜死', false],
    ['於戲無辜死', true],
  ])('%s: %s', (text, is) => expect(isTraditional(text)).toBe(is));
});

it('坏 is a word of traditional verse too, of another sound than 壞', () => {
  expect(isSimplifiedOnly('坏')).toBe(false);
  expect(isTraditional('終知異鑿坏')).toBe(true);
  expect([tonesOf('坏'), tonesOf('壞')]).toEqual([TONE.level, TONE.oblique]);
});

describe('a text of unknown script', () => {
  const read = (text: string, characters?: 'apart') =>
    readEitherScript(text, characters)
      .map((forms) => forms.join('|'))
      .join(' ');

  it('keeps all forms that no phrase decides between', () => {
    expect(read('后')).toBe('後|后');
    expect(read('日红山夜湖海月')).toBe('日 紅 山 夜 湖 海 月');
  });

  it('has the form that its neighbours decide in verse, also if its characters stand apart', () => {
    expect(read('白发')).toBe('白 髮');
    expect(read('白发', 'apart')).toBe('白 髮');
    expect(read('皇后', 'apart')).toBe('皇 后');
    expect(read('头发', 'apart')).toBe('頭 發|髮');
    expect(read('征人')).toBe('征 人');
    expect(read('岳飞', 'apart')).toBe('岳|嶽 飛');
  });

  it('keeps all forms open, the likeliest first, if the neighbours only inform', () => {
    expect(read('郁郁')).toBe('鬱|郁 鬱|郁');
    expect(read('泪始干')).toBe('淚 始 乾|干|幹');
  });

  it('is as it was typed if its reader has traditional script', () => {
    expect(readEitherScript('皇后', 'apart', 'traditional')).toEqual([['皇'], ['后']]);
    expect(readEitherScript('云', 'together', 'traditional')).toEqual([['云']]);
    expect(readEitherScript('红云', 'together', 'traditional')).toEqual([['紅'], ['雲']]);
  });

  it('is kept if it is traditional', () => {
    expect(read('皇后與雲')).toBe('皇 后 與 雲');
    expect(read('詩云')).toBe('詩 云');
    expect(asTraditional('詩云')).toBe('詩云');
  });

  it('has its simplified characters converted, also among traditional ones', () => {
    expect(read('漢汉')).toBe('漢 漢');
  });
});

describe('standardForm', () => {
  it('spells as the corpus of verse does, and keeps other words', () => {
    expect([...'為眾説强月后裡吁'].map(standardForm).join('')).toBe('爲衆說强月后裡吁');
  });
});
