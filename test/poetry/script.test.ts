import { describe, expect, it } from 'vitest';
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

describe('a text of unknown script', () => {
  const read = (text: string, characters?: 'apart') =>
    readEitherScript(text, characters)
      .map((forms) => forms.join('|'))
      .join(' ');

  it('keeps all forms that no phrase decides between', () => {
    expect(read('后')).toBe('后|後');
    expect(read('日红山夜湖海月')).toBe('日 紅 山 夜 湖 海 月');
  });

  it('has the form of a phrase, unless its characters stand apart', () => {
    expect(read('头发')).toBe('頭 髮');
    expect(read('头发', 'apart')).toBe('頭 發|髮');
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
