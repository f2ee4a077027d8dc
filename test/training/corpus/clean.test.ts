import { describe, expect, it } from 'vitest';
import { type CleanText, clean, cleanName } from '../../../src/training/corpus/clean.ts';

const CHUN_XIAO = '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。';

const textOf = (raw: string, title = '題') => (clean(title, raw) as CleanText).text;
const formOf = (raw: string) => (clean('題', raw) as CleanText).form;

/** `lines` lines of `length` hanzi, all different. */
function verse(lines: number, length: number): string {
  return Array.from({ length: lines }, (_, line) => {
    const hanzi = Array.from({ length }, (_, i) => String.fromCodePoint(0x4e00 + line * length + i));
    return hanzi.join('') + (line % 2 === 0 ? '，' : '。');
  }).join('');
}

describe('cleaning a text', () => {
  it('leaves clean verse as it is', () => {
    expect(clean('春曉', CHUN_XIAO)).toEqual({ form: 'wujue', text: CHUN_XIAO });
  });

  it.each([
    ['a variant in brackets', '春眠（一作「睡」）不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['a source after the verse', `${CHUN_XIAO}（見《全唐詩》卷一六○。）。`],
    ['nested notes', `${CHUN_XIAO}（〖1〗見《某集》〖卷（一）〗，「夜來」一作【昨夜】。）`],
    ['other brackets', '春眠【校】不覺曉，處處〖注〗聞啼鳥。夜來(一作昨夜)風雨聲，花落知多少。'],
    ['a note in braces', '春眠{一作睡}不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['a last note that is never closed', `${CHUN_XIAO}（缺字據他本補。`],
    ['footnote numbers', '春眠不覺曉[一]，處處聞啼鳥[12]。夜來風雨聲，花落知多少[一○]。'],
    ['characters that the editor supplied', '春眠不[覺]曉，處處聞啼鳥。夜來[風雨]聲，花落知多少。'],
    ['quotation marks', '「春眠不覺曉，處處聞『啼鳥』。」夜來“風雨”聲，《花落》知多少。'],
    ['questions and exclamations', '春眠不覺曉？處處聞啼鳥！夜來風雨聲；花落知多少？'],
    ['half-width marks', '春眠不覺曉,處處聞啼鳥.夜來風雨聲,花落知多少.'],
    ['lists within a line', '春、眠不覺曉，處處聞啼鳥。夜來風·雨聲，花落知多少。'],
    ['space of every width', ' 春眠不覺曉，\n處處聞啼鳥。　夜來風雨聲，\t花落知多少。\u200b'],
    ['digits and letters', '1春眠不覺曉，處處聞啼鳥。２夜來風雨聲a，花落知多少。'],
    ['markup', '<p>春眠不覺曉，<br/>處處聞啼鳥。&nbsp;夜來風雨聲，花落知多少。</p>&#12288;'],
    ['no last mark', '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少'],
    ['a mark doubled', '春眠不覺曉，，處處聞啼鳥。。夜來風雨聲，花落知多少。。'],
    ['all stops alike', '春眠不覺曉。處處聞啼鳥。夜來風雨聲。花落知多少。'],
    ['two lines run together', '春眠不覺曉處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['a line in two', '春眠：不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
  ])('takes away %s', (_, raw) => {
    expect(textOf(raw)).toBe(CHUN_XIAO);
  });

  it.each([
    ['wujue', 4, 5],
    ['qijue', 4, 7],
    ['wulv', 8, 5],
    ['qilv', 8, 7],
    ['wuyan', 12, 5],
    ['wuyan', 2, 5],
    ['qiyan', 6, 7],
  ] as const)('knows %s by its %i lines of %i', (form, lines, length) => {
    expect(clean('題', verse(lines, length))).toEqual({ form, text: verse(lines, length) });
  });

  it('calls other verse mixed, and keeps its pauses', () => {
    expect(clean('憶江南', '江南好，風景舊曾諳。日出江花紅勝火，春來江水綠如藍，能不憶江南？')).toEqual({
      form: 'mixed',
      text: '江南好，風景舊曾諳。日出江花紅勝火，春來江水綠如藍，能不憶江南。',
    });
    expect(formOf('君不見荒樹枝，春花落盡蜂不窺。君不見梁上泥，秋風始高燕不棲。')).toBe('mixed');
    expect(formOf('關關雎鳩，在河之洲。窈窕淑女，君子好逑。')).toBe('mixed');
  });

  it('pairs the lines of even verse in couplets, and leaves triplets of an odd number as they were', () => {
    const [a, b, c, d, e] = [
      '絕域降附天下平',
      '八表無事悅聖情',
      '雲披霧斂天地明',
      '登封日觀禪云亭',
      '太常具禮方告成',
    ];
    expect(textOf(`${a}。${b}，${c}，${d}。`)).toBe(`${a}，${b}。${c}，${d}。`);
    expect(textOf(`${a}，${b}，${c}。${d}，${e}。`)).toBe(`${a}，${b}，${c}。${d}，${e}。`);
  });

  it('keeps variant characters and those outside the basic plane', () => {
    const raw = '春眠不覺曉，𠮷處聞啼鳥。夜来風雨聲，花落知多少。';
    expect(textOf(raw)).toBe(raw);
  });

  it.each([
    ['too short', '春眠不覺曉，處處聞啼。'],
    ['too short', '。'],
    ['too short', ''],
    ['too long', verse(20, 7)],
    ['lacuna', '春眠不□曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['lacuna', '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多●。'],
    ['lacuna', '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。（下缺）'],
    ['lacuna', '春眠不覺曉，處處聞啼鳥。（闕二字）風雨聲，花落知多少。'],
    ['foreign characters', '春眠不{艹/尔}曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['foreign characters', '春眠不⿰木養曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['foreign characters', '春眠不\ue864曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['foreign characters', '春眠不X曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['foreign characters', '春眠の覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['foreign characters', '春眠😀覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['malformed', '春眠（一作不覺曉，處處聞啼鳥，夜來風雨聲，花落知多少'],
    ['malformed', '春眠）不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['malformed', '春眠不覺曉，處處聞啼鳥。夜來風雨，花落知多少。'],
    ['malformed', '春眠不覺曉處處聞啼鳥夜來風雨聲花落知多少'],
    ['malformed', '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花。'],
  ])('refuses as %s: %s', (flaw, raw) => {
    expect(clean('題', raw)).toBe(flaw);
  });

  it('refuses a gathering of lone lines by its title', () => {
    for (const title of ['句', '句 三', '殘句', '句（題擬）'])
      expect(clean(title, CHUN_XIAO)).toBe('fragments');
    expect(clean('句曲山', CHUN_XIAO)).not.toBe('fragments');
  });

  it('writes a text that it would not change again', () => {
    const once = textOf('春眠：不覺曉？處處（一作日日）聞啼鳥！夜來風雨聲；花落知多少');
    expect(textOf(once)).toBe(once);
  });
});

describe('cleaning a name', () => {
  it('takes notes and spare space away', () => {
    expect(cleanName(' 送別（一作《送友》）\n 二 ')).toBe('送別 二');
    expect(cleanName('秦婦吟[一]')).toBe('秦婦吟');
    expect(cleanName('壞（括號')).toBe('壞（括號');
  });
});
